import type { Span } from '@spanwise/schemas';
import { EPOCH_US, span, testDigest } from './span.ts';
import { callFields } from './trace.ts';

/** The n-th span of one run that no well-behaved agent would send. */
export type HostileRun = (n: number) => Span;

const MS = 1_000;
const idOf = (n: number): string => (n + 1).toString(16).padStart(16, '0');
const NOWHERE = 'f'.repeat(16);

const FAILED: Partial<Span> = {
  status: 'error',
  failed: true,
  errorType: 'HTTPError',
  errorMessage: 'HTTP 503 Service Unavailable',
};

/** A call of 0.9 ms, one every millisecond, with arguments and result of its own; below a parent that never comes. */
function call(n: number, fields: Partial<Span> = {}): Span {
  const tool = fields.tool ?? 'look_up';
  return span({
    spanId: idOf(n),
    parentSpanId: NOWHERE,
    name: tool,
    kind: 'tool',
    startTime: EPOCH_US + n * MS,
    durationNs: 900_000,
    conversationId: 'conversation',
    agent: 'assistant',
    release: '1.0.0',
    ...callFields(tool, { n }),
    toolResult: `{"value":${n}}`,
    toolResultDigest: testDigest(`${n}`),
    ...fields,
  });
}

const SAME_CALL: Partial<Span> = { ...callFields('look_up', {}), toolResultDigest: testDigest('same') };

const inference = (n: number, fields: Partial<Span> = {}): Span =>
  call(n, {
    name: 'chat',
    kind: 'llm',
    tool: '',
    ...{ toolArguments: '', toolArgumentsDigest: '', toolResult: '', toolResultDigest: '' },
    inputMessages: JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: `Question ${n}` }] }]),
    outputMessages: JSON.stringify([
      { role: 'assistant', parts: [{ type: 'text', content: `I could not find ${n}, so let me try again.` }] },
    ]),
    inputTokens: 10,
    outputTokens: 5,
    ...fields,
  });

const requests = (n: number, calls: number): string =>
  JSON.stringify([
    {
      role: 'assistant',
      parts: Array.from({ length: calls }, (_, i) => ({
        type: 'tool_call',
        id: `call-${n}-${i}-${'x'.repeat(200)}`,
        name: `tool-${i}`,
        arguments: { n, i },
      })),
    },
  ]);

/** Encloses all that came before it: children end, and come, before their parents. */
const above = (n: number, fields: Partial<Span> = {}): Span =>
  call(n, { parentSpanId: idOf(n + 1), startTime: EPOCH_US - n * MS, durationNs: n * 2_000_000, ...fields });

/** Skewed by five seconds against the service that called it. */
const skewed = (n: number): Partial<Span> => ({ startTime: EPOCH_US + n * MS + (n % 2 === 0 ? 0 : 5_000_000) });

/** Runs without end, each in its own way too much, by what is wrong with it. */
export const hostileRuns: Readonly<Record<string, HostileRun>> = {
  'a fifth of the calls fail': (n) => call(n, n % 5 === 0 ? FAILED : {}),
  'a fifth of the calls fail between inferences': (n) => (n % 2 ? call(n, n % 5 === 0 ? FAILED : {}) : inference(n)),
  'a fifth fail, and each starts before the last': (n) =>
    call(n, { ...(n % 5 === 0 ? FAILED : {}), startTime: EPOCH_US - n * MS }),
  'every call fails': (n) => call(n, FAILED),
  'one call fails for ever': (n) => call(n, { ...SAME_CALL, ...FAILED }),
  'every inference fails': (n) => inference(n, FAILED),
  'every call is of another tool': (n) => call(n, { tool: `tool-${n}` }),
  'every call is of another tool and fails': (n) => call(n, { tool: `tool-${n}`, ...FAILED }),
  'one call is made for ever': (n) => call(n, SAME_CALL),
  'every span has another agent, session and release': (n) =>
    call(n, { agent: `agent-${n}`, conversationId: `conversation-${n}`, release: `${n}` }),
  'every span is the parent of the one before': (n) => above(n),
  'every span is the parent of the one before, and fails': (n) => above(n, FAILED),
  'every span is the child of the one before': (n) => call(n, { parentSpanId: n === 0 ? '' : idOf(n - 1) }),
  'every span is its own parent': (n) => call(n, { parentSpanId: idOf(n) }),
  'parents go round in circles': (n) => call(n, { ...FAILED, parentSpanId: idOf(n % 2 ? n - 1 : n + 1) }),
  'all spans have one nameless parent': (n) =>
    call(n, { parentSpanId: n === 0 ? '' : idOf(0), agent: '', conversationId: '', release: '' }),
  'every span is a root, each before the last': (n) =>
    call(n, { parentSpanId: '', startTime: EPOCH_US - n * MS, kind: 'agent', tool: '', conversationId: `c-${n}` }),
  'nameless spans get parents late': (n) =>
    n === 0
      ? call(0, { parentSpanId: '', conversationId: 'other' })
      : call(n, { agent: '', conversationId: '', release: '', parentSpanId: idOf(n % 2 ? n + 1 : 0) }),
  'every span is of another service, whose clock is off': (n) =>
    call(n, { ...skewed(n), parentSpanId: n === 0 ? '' : idOf(n - 1), service: `service-${n}` }),
  'two services with clocks apart, and failures': (n) =>
    call(n, {
      ...skewed(n),
      ...(n % 5 === 1 ? FAILED : {}),
      ...{ parentSpanId: n === 0 ? '' : idOf(n - (n % 2 || 2)), service: n % 2 ? 'tools' : 'agents' },
    }),
  'clocks stand at 1970 and 2100': (n) => call(n, { startTime: n % 2 ? 0 : Date.UTC(2100) * MS }),
  'every inference asks for more calls than are kept': (n) =>
    n % 2 ? call(n, { tool: `tool-${n % 40}` }) : inference(n, { outputMessages: requests(n, 40) }),
  'every id is given to two spans, the later of which fails': (n) =>
    call(n, { spanId: idOf(n >> 1), parentSpanId: idOf((n >> 1) + 1), ...(n % 2 ? FAILED : {}) }),
  'all spans have one id, and are their own parents': (n) =>
    call(n, { spanId: idOf(0), parentSpanId: idOf(0), tool: `tool-${n}`, ...FAILED }),
  'ids of spans that were forgotten come again': (n) =>
    call(n, { spanId: idOf(n % 1_200), parentSpanId: idOf((n * 7) % 1_200), ...(n % 5 === 0 ? FAILED : {}) }),
  'every span links to another run': (n) =>
    call(n, { links: JSON.stringify([{ traceId: `${idOf(n)}${idOf(n)}`, spanId: idOf(n) }]) }),
};

/** A run in which nothing is wrong but its length. */
export const longRun: HostileRun = (n) => call(n);

import type { Span } from '@spanwise/schemas';
import { callFields, span, spanIdOf } from '@spanwise/testkit/spans';
import { expect, it } from 'vitest';
import { runDetectors } from '../run/registry.ts';
import { MemorySlots } from '../slots.ts';
import { RunJudge } from './run-judge.ts';

/** As much as ingest leaves of a field. */
const FULL = 16_000;
/** Milliseconds that only a span takes whose reading has no end in sight; an ordinary one takes a fiftieth of one. */
const MOST_MS = 10_000;

const nested = (open: string, close: string): string => open.repeat(FULL / 2) + close.repeat(FULL / 2);
const message = (role: string, part: object): string => JSON.stringify([{ role, parts: [part] }]);
const asks = (args: unknown): string =>
  message('assistant', { type: 'tool_call', id: '', name: 'pay', arguments: args });
const offer = (parameters: unknown): string => JSON.stringify([{ name: 'pay', parameters }]);
const withPattern = (pattern: string): Partial<Span> => ({
  toolDefinitions: offer({ type: 'object', properties: { id: { type: 'string', pattern } } }),
  outputMessages: asks({ id: `${'a'.repeat(4_000)}!` }),
});

const schemaInItself = { type: 'object', properties: {}, $defs: {} as Record<string, unknown> };
for (let i = 0; i < 300; i++)
  schemaInItself.$defs[`d${i}`] = { anyOf: [{ $ref: `#/$defs/d${(i * 7) % 300}` }, { $ref: '#' }] };

const contents: Record<string, Partial<Span>> = {
  'arguments nested 8,000 deep': { toolArguments: nested('[', ']') },
  'arguments of objects nested deep': { toolArguments: nested('{"a":', '').slice(0, FULL) },
  'a result nested 8,000 deep': { toolResult: nested('[', ']') },
  'an error in a result nested deep': { toolResult: `{"error":${nested('[', ']')}}` },
  'messages nested 8,000 deep': { inputMessages: nested('[', ']'), outputMessages: nested('[', ']') },
  'a requested call whose arguments nest deep': { outputMessages: asks(nested('[', ']')) },
  'links and attributes nested 8,000 deep': {
    links: nested('[', ']'),
    attributes: nested('[', ']'),
    events: nested('[', ']'),
  },
  'a schema that refers to itself': { toolDefinitions: offer(schemaInItself), outputMessages: asks({ id: 'a' }) },
  'a pattern with a repeated alternative': withPattern('^(a|aa)+$'),
  'a pattern with nested repetition': withPattern('^((a+))+$'),
  'a pattern with repetitions in a row': withPattern('a*a*a*a*a*a*b'),
  'a pattern of many options': withPattern(`^${'a?'.repeat(100)}${'a'.repeat(100)}$`),
  'a pattern that counts within counts': withPattern('^((a{1,40}){1,40}){1,40}$'),
  'white space without end': {
    toolResult: ' '.repeat(FULL),
    outputMessages: message('assistant', { type: 'text', content: ' '.repeat(FULL) }),
  },
  'one letter without end': {
    toolResult: 'a'.repeat(FULL),
    errorMessage: 'not '.repeat(250),
    failed: true,
    status: 'error',
  },
  'brackets and quotes without end': {
    toolResult: '{"'.repeat(FULL / 2),
    outputMessages: message('assistant', { type: 'text', content: '[{"'.repeat(FULL / 3) }),
  },
  'names of the language': {
    toolArguments: '{"__proto__":{"a":1},"constructor":{"prototype":1}}',
    toolResult: '{"__proto__":{"error":"x"},"toString":1}',
  },
};

it.each(Object.entries(contents))('%s costs its span no detector and little time', (_name, content) => {
  const judge = new RunJudge({ detectors: runDetectors() });
  const slots = new MemorySlots();
  const isInference = content.outputMessages !== undefined || content.inputMessages !== undefined;
  const plain = span({
    spanId: spanIdOf('before'),
    ...callFields('pay', { id: 1 }),
    kind: 'tool',
    failed: true,
    status: 'error',
  });
  const hostile = span({
    spanId: spanIdOf('hostile'),
    kind: isInference ? 'llm' : 'tool',
    tool: isInference ? '' : 'pay',
    ...content,
  });
  judge.onSpan(slots, plain, 1_000);
  const from = performance.now();
  expect(judge.onSpan(slots, hostile, 1_001).faults).toEqual([]);
  expect(judge.onSpan(slots, { ...hostile, spanId: spanIdOf('again'), kind: 'agent' }, 1_002).faults).toEqual([]);
  expect(judge.onEnd(slots, 'closed', 2_000).faults).toEqual([]);
  expect(performance.now() - from).toBeLessThan(MOST_MS);
});

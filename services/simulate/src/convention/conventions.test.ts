import { decodeTracesProtobuf, encodeTracesProtobuf } from '@spanwise/otlp';
import { convertResourceSpans } from '@spanwise/semconv';
import { describe, expect, test } from 'vitest';
import { resourceSpansOf } from '../emit/requests.ts';
import { injectors } from '../injector/injectors.ts';
import { Random } from '../random.ts';
import { scenarios } from '../scenario/scenarios.ts';
import { simulateRun } from '../simulate-run.ts';
import type { FaultNote } from '../truth.ts';
import { type Convention, identityAt, type Placement } from './convention.ts';
import { conventions } from './conventions.ts';

const names = conventions.map(({ name }) => name);

/** A run as the pipeline reads it, its spans by id. */
function read(seed: number, convention: Convention, placement: Placement = 'everywhere') {
  const random = new Random(seed);
  const plan = random.pick(scenarios).plan(random, []);
  let faults: FaultNote[] | undefined;
  if (random.chance(0.6)) faults = random.pick(injectors).inject(plan, random, 0.5);
  const setting = {
    startMs: 1.8e12,
    sessionId: 'conv-1',
    tenant: 'default',
    userId: 'u-1',
    convention,
    placement,
    release: '1.2.3',
    environment: 'demo',
    linkedTo: undefined,
  };
  const run = simulateRun(plan, { faults: faults ?? [], negatives: [] }, setting, random);
  const sent = encodeTracesProtobuf(resourceSpansOf(run.spans));
  const decoded = decodeTracesProtobuf(sent).resourceSpans;
  expect(decoded.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)).length).toBe(run.spans.length);
  const spans = convertResourceSpans(decoded, { tenant: 'default', receivedTimeUs: 1.8e15 });
  return new Map(spans.map((span) => [span.spanId, span]));
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** What every convention has to say alike. */
function meaning(span: ReturnType<typeof read> extends Map<string, infer S> ? S : never) {
  const { kind, parentSpanId, failed, tool, toolCallId, model, agent, conversationId, release, service } = span;
  const { inputTokens, outputTokens, systemInstructions, handoffTo, startTime, durationNs } = span;
  return {
    // OpenTelemetry alone has a word for memory.
    kind: kind === 'memory' ? 'step' : kind,
    ...{ parentSpanId, failed, tool, toolCallId, release, service, startTime, durationNs },
    // Some instrumentations repeat the model on the agent.
    model: kind === 'llm' ? model : '',
    ...{ inputTokens, outputTokens, systemInstructions, handoffTo, agent, conversationId },
    arguments: span.kind === 'tool' || span.kind === 'handoff' ? parsed(span.toolArguments) : '',
    result: span.kind === 'tool' || span.kind === 'handoff' ? parsed(span.toolResult) : '',
    definitions: parsed(span.toolDefinitions),
    messages: span.kind === 'llm' ? shape(parsed(span.inputMessages)) : '',
    answer: span.kind === 'llm' ? shape(parsed(span.outputMessages)) : '',
  };
}

type Messages = { role: string; parts: { type: string; content?: string; name?: string }[] }[];

const shape = (messages: unknown) =>
  Array.isArray(messages)
    ? (messages as Messages).map(({ role, parts }) => [
        role,
        ...parts.map((part) => part.name ?? part.content ?? part.type),
      ])
    : messages;

describe('the conventions', () => {
  test.each(conventions.slice(1))('$name says the same as OpenTelemetry’s', (convention) => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const expected = read(seed, conventions[0] as Convention);
      const got = read(seed, convention);
      expect([...got.keys()]).toEqual([...expected.keys()]);
      for (const [id, span] of got) {
        const { toolCallId, ...said } = meaning(expected.get(id) as typeof span);
        // OpenAI Agents say of no call which one it is
        const isNameless = convention.name === 'openinference' && span.kind !== 'llm';
        // and at a handoff no more than who hands over to whom
        const isBare = isNameless && span.kind === 'handoff';
        expect(meaning(span)).toEqual({
          ...said,
          toolCallId: isNameless ? '' : toolCallId,
          ...(isBare ? { tool: '', arguments: '', result: '' } : {}),
        });
      }
    }
  });

  test.each(conventions)('$name is recognised, and its spans are agents, inferences, tools', (convention) => {
    const kinds = new Map<string, number>();
    for (let seed = 1; seed <= 10; seed += 1) {
      for (const span of read(seed, convention).values()) kinds.set(span.kind, (kinds.get(span.kind) ?? 0) + 1);
    }
    for (const kind of ['agent', 'llm', 'tool', 'retrieval', 'handoff', 'step'])
      expect(kinds.get(kind)).toBeGreaterThan(0);
    expect(names).toContain(convention.name);
  });

  test.each(conventions)('$name can leave session and agent to the root', (convention) => {
    const spans = [...read(3, convention, 'all_on_root').values()];
    const named = spans.filter((span) => span.conversationId !== '');
    expect(named.map((span) => span.parentSpanId)).toEqual(['']);
    expect(spans.filter((span) => span.agent !== '').every((span) => span.kind === 'agent')).toBe(true);
    const [half] = [...read(3, convention, 'session_on_root').values()].filter((span) => span.kind === 'llm');
    expect([half?.conversationId, half?.agent === '']).toEqual(['', false]);
  });
});

test('an agent always says its own name', () => {
  const record = { parentSpanId: 'a', work: { kind: 'agent' }, agent: { name: 'helper' } } as never;
  expect(identityAt(record, 'all_on_root', 's', 'u')).toEqual({ sessionId: undefined, agent: 'helper' });
});

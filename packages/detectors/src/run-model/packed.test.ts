import type { Span } from '@spanwise/schemas';
import { anySpan, span, trace } from '@spanwise/testkit/spans';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packMeta, unpackMeta } from './packed-meta.ts';
import { countOf, packStep, unpackStep } from './packed-step.ts';
import { contentOf, countStep, learn, newMeta, type RunMeta } from './run-meta.ts';
import { stepOf } from './step-of.ts';

const COUNT = { content: 5, nowMs: 1_900_000_000_123 };

const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

function metaOf(spans: readonly Span[]): RunMeta {
  const meta = newMeta(spans[0] ?? span());
  spans.forEach((given, i) => {
    countStep(meta, stepOf(given, i), contentOf(given), 1_000 + i);
    learn(meta, given, i === 0);
  });
  return meta;
}

it('a step that was packed and written is the same when it is read', () => {
  fc.assert(
    fc.property(fc.array(anySpan(), { minLength: 1, maxLength: 12 }), fc.boolean(), (spans, inTrouble) => {
      const meta = metaOf(spans);
      spans.forEach((given, i) => {
        const step = stepOf(given, i, inTrouble);
        const packed = throughJson(packStep(step, COUNT, meta));
        expect(unpackStep(packed, i, meta)).toEqual(step);
        expect(countOf(packed, meta)).toEqual(COUNT);
      });
    }),
  );
});

it('a step keeps every field that a span can fill', () => {
  const fields: Partial<Span> = {
    kind: 'llm',
    flags: 0x301,
    conversationId: 'c',
    agent: 'a',
    release: '1',
    tool: 't',
    failed: true,
    errorType: 'E',
    errorMessage: 'm',
    toolCallId: 'i',
    toolArgumentsDigest: 'd',
    toolResultDigest: 'r',
    retryAttempt: 0,
    finishReason: 'stop',
    model: 'gpt',
    inputTokens: 7,
    outputTokens: 8,
    costUsd: 0.25,
    handoffFrom: 'x',
    handoffTo: 'y',
  };
  const requests = trace()
    .llm({
      calls: [
        { name: 'get', id: '' },
        { name: 'set', id: 'k', arguments: '{' },
      ],
      span: fields,
    })
    .open();
  for (const given of [
    ...requests,
    span({ kind: 'tool', failed: true, toolArguments: '{"id":7}', toolResult: 'Error: no' }),
  ]) {
    const step = stepOf(given, 3, true);
    const meta = metaOf([given]);
    expect(unpackStep(throughJson(packStep(step, COUNT, meta)), 3, meta)).toEqual(step);
  }
});

it('a name that found no room in the run’s tally is kept in the step', () => {
  const spans = Array.from({ length: 40 }, (_, i) => span({ agent: `agent-${i}`, conversationId: `${i}` }));
  const meta = metaOf(spans);
  expect(meta.agents.names).toHaveLength(32);
  const step = stepOf(spans[39] as Span, 39);
  expect(unpackStep(throughJson(packStep(step, COUNT, meta)), 39, meta)).toMatchObject({
    agent: 'agent-39',
    conversation: '39',
  });
});

it('what is known of a run is the same when it is read', () => {
  fc.assert(
    fc.property(fc.array(anySpan(), { minLength: 1, maxLength: 12 }), (spans) => {
      const meta = metaOf(spans);
      expect(unpackMeta(throughJson(packMeta(meta)))).toEqual(meta);
      meta.judged = { end: 'closed', revision: 2, verdict: 'suspect', probability: 0.7, sessionId: 's' };
      meta.reopened = true;
      meta.suppressed = { recovery: 3 };
      meta.links = ['ab'];
      expect(unpackMeta(throughJson(packMeta(meta)))).toEqual(meta);
    }),
  );
});

it('a step of a common run takes a few hundred bytes', () => {
  const spans = trace({ agent: 'refunds', conversationId: 'conv-1', release: '1.8.2' })
    .call('get_order', { order_id: 'A-1' }, { result: { total: 3 } })
    .end();
  const meta = metaOf(spans);
  for (const [i, given] of spans.entries()) {
    expect(JSON.stringify(packStep(stepOf(given, i), COUNT, meta)).length).toBeLessThan(250);
  }
});

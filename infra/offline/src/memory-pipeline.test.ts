import { encodeBlock, type Span } from '@spanwise/schemas';
import { partitionForKey } from '@spanwise/stream';
import { trace } from '@spanwise/testkit';
import { expect, test } from 'vitest';
import { MemoryPipeline } from './memory-pipeline.ts';

const startMs = Date.UTC(2026, 0, 5);

const refund = (conversationId = 'conv-7'): Span[] =>
  trace({ conversationId, agent: 'refunds', seed: conversationId })
    .call('get_order', { order_id: 'A-1' }, { error: 'no such order' })
    .call('get_order', { order_id: 'A-1' }, { result: { status: 'shipped' } })
    .call('refund_order', { order_id: 'A-1' }, { result: { success: false, reason: 'not refundable' } })
    .llm({ text: 'Your order has been refunded.' })
    .end();

/** Each span in a message of its own, so many milliseconds from one to the next. */
function judged(spans: readonly Span[], everyMs: number) {
  const pipeline = new MemoryPipeline(startMs);
  spans.forEach((span, i) => {
    pipeline.receive({ atMs: startMs + i * everyMs, bytes: encodeBlock('Span', [span]), spans: 1 });
  });
  expect(pipeline.spans).toBe(spans.length);
  return pipeline.finish();
}

test('a run is judged to the end: findings, the run, and the final verdict on its conversation', () => {
  const { findings, runs, sessions, deadLetters } = judged(refund(), 500);
  expect(deadLetters).toEqual([]);
  expect(findings.map(({ pattern }) => pattern)).toContain('masked_tool_error');
  expect(runs).toMatchObject([{ sessionId: 'conv-7', verdict: 'suspect' }]);
  expect(sessions.at(-1)).toMatchObject({ sessionId: 'conv-7', final: true, verdict: 'suspect' });
});

test('revisions come in their order, also where of spans that leave together the first falls due last', () => {
  const late = refund().toReversed();
  for (const everyMs of [0, 100, 700]) {
    const { findings } = judged(late, everyMs);
    const revisionsOf = Map.groupBy(findings, ({ findingId }) => findingId);
    for (const revisions of revisionsOf.values())
      expect(revisions.map(({ revision }) => revision)).toEqual(revisions.map((_, i) => i + 1));
    expect(Math.max(...[...revisionsOf.values()].map(({ length }) => length))).toBeGreaterThan(1);
  }
});

test('what is found does not depend on the number of partitions', () => {
  const runs = Array.from({ length: 12 }, (_, i) => refund(`conv-${i}`));
  const found = (partitions: number) => {
    const pipeline = new MemoryPipeline(startMs, { partitions });
    for (const [at, spans] of runs.entries()) {
      const { tenant = '', traceId = '' } = spans[0] ?? {};
      const partition = partitionForKey(`${tenant}/${traceId}`, partitions);
      pipeline.receive({
        atMs: startMs + at * 1_000,
        bytes: encodeBlock('Span', spans),
        spans: spans.length,
        partition,
      });
    }
    const { findings, sessions } = pipeline.finish();
    const finals = sessions.filter(({ final }) => final).map(({ sessionId, verdict }) => `${sessionId} ${verdict}`);
    return { findings: findings.map(({ findingId }) => findingId).sort(), finals: finals.sort() };
  };
  expect(found(1).finals).toHaveLength(12);
  expect(found(4)).toEqual(found(1));
});

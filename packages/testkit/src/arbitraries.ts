import type { Span, SpanKind } from '@spanwise/schemas';
import fc from 'fast-check';
import { EPOCH_US, span, spanIdOf, testDigest, traceIdOf } from './span.ts';
import { type TraceBuilder, trace } from './trace.ts';

const KINDS: SpanKind[] = ['step', 'agent', 'llm', 'tool', 'retrieval', 'memory', 'handoff', 'guardrail', 'evaluator'];

/** Text of any form that a payload field may hold: JSON, half a JSON, prose, nothing. */
export const anyText = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant(''),
    fc.string({ maxLength: 40 }),
    fc.json({ maxDepth: 2 }),
    fc.json({ maxDepth: 2 }).map((text) => text.slice(0, text.length >> 1)),
    fc.constantFrom('{"error":"no such order"}', '[]', 'null', 'Error: HTTP 503', '[{"role":"user"}]', '[{"parts":7}]'),
  );

/** One span of trace `seed`, valid by the schema, whatever its content. Span ids repeat, parents may lead anywhere. */
export const anySpan = (seed = '1'): fc.Arbitrary<Span> =>
  fc
    .record({
      spanId: fc.nat(40),
      parent: fc.oneof(fc.constant(-1), fc.nat(60)),
      kind: fc.constantFrom(...KINDS),
      startMs: fc.nat(60_000),
      ms: fc.oneof(fc.constant(0), fc.nat(5_000)),
      failed: fc.boolean(),
      name: fc.string({ maxLength: 12 }),
      tool: fc.constantFrom('', 'search', 'get_order'),
      args: anyText(),
      result: anyText(),
      messages: anyText(),
      definitions: anyText(),
      agent: fc.constantFrom('', 'a', 'b'),
      service: fc.constantFrom('', 'agents', 'tools'),
      retryAttempt: fc.option(fc.nat(5)),
      tokens: fc.option(fc.nat(100_000)),
      finishReason: fc.constantFrom('', 'stop', 'length', 'tool_calls', 'error'),
      handoffTo: fc.constantFrom('', 'a', 'b'),
    })
    .map((drawn) =>
      span({
        traceId: traceIdOf(seed),
        spanId: spanIdOf(`${seed} ${drawn.spanId}`),
        parentSpanId: drawn.parent < 0 ? '' : spanIdOf(`${seed} ${drawn.parent}`),
        kind: drawn.kind,
        name: drawn.name,
        startTime: EPOCH_US + drawn.startMs * 1_000,
        durationNs: drawn.ms * 1_000_000,
        failed: drawn.failed,
        status: drawn.failed ? 'error' : 'unset',
        tool: drawn.tool,
        toolArguments: drawn.args,
        toolArgumentsDigest: drawn.args === '' ? '' : testDigest(drawn.args),
        toolResult: drawn.result,
        toolResultDigest: drawn.result === '' ? '' : testDigest(drawn.result),
        inputMessages: drawn.messages,
        outputMessages: drawn.messages,
        toolDefinitions: drawn.definitions,
        toolDefinitionsDigest: drawn.definitions === '' ? '' : testDigest(drawn.definitions),
        agent: drawn.agent,
        service: drawn.service,
        retryAttempt: drawn.retryAttempt,
        inputTokens: drawn.tokens,
        finishReason: drawn.finishReason,
        handoffTo: drawn.handoffTo,
      }),
    );

type Act = (run: TraceBuilder) => unknown;

const anyAct: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ id: fc.nat(3), result: fc.nat(2) }).map(
    ({ id, result }): Act =>
      (run) =>
        run.call('get_order', { id }, { result: { total: result } }),
  ),
  fc.nat(3).map(
    (id): Act =>
      (run) =>
        run.call('charge', { id }, { error: 'HTTP 503 Service Unavailable' }),
  ),
  fc.nat(3).map(
    (id): Act =>
      (run) =>
        run.call('refund', { id }, { result: { success: false, error: 'no such order' } }),
  ),
  fc.constantFrom('stop', 'length').map(
    (finishReason): Act =>
      (run) =>
        run.llm({ text: '{"answer": 1', finishReason }),
  ),
  fc.constantFrom('a', 'b').map(
    (to): Act =>
      (run) =>
        run.handoff(to === 'a' ? 'b' : 'a', to, { task: 'refund' }),
  ),
  fc.nat(3_000).map(
    (ms): Act =>
      (run) =>
        run.wait(ms),
  ),
);

/** The spans of a whole agent run, in the order in which they ended: calls, errors, repetitions, handoffs. */
export const anyRun = (seed = '1'): fc.Arbitrary<Span[]> =>
  fc.array(anyAct, { minLength: 1, maxLength: 24 }).map((acts) => {
    const run = trace({ seed });
    for (const act of acts) act(run);
    return run.end();
  });

import { currentSchema, type Span } from '@spanwise/schemas';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyRun, anySpan, span, trace } from './spans.ts';

test('a built span encodes with the Avro schema', () => {
  const { avroType } = currentSchema('Span');
  expect(avroType.isValid(span())).toBe(true);
  fc.assert(fc.property(anySpan(), (drawn: Span) => avroType.isValid(drawn)));
});

test('a run ends children before parents, the root last', () => {
  const spans = trace({ agent: 'planner' })
    .call('get_order', { id: 1 }, { result: { total: 3 } })
    .agent('worker', (run) => run.llm({ text: 'done' }))
    .end();
  expect(spans.map((s) => s.name)).toEqual([
    'chat test-model',
    'execute_tool get_order',
    'chat test-model',
    'invoke_agent worker',
    'invoke_agent planner',
  ]);
  expect(spans.at(-1)?.parentSpanId).toBe('');
  expect(spans[2]?.parentSpanId).toBe(spans[3]?.spanId);
  expect(spans[3]?.parentSpanId).toBe(spans[4]?.spanId);
});

test('ids and times are the same every time', () => {
  const build = () => trace({ seed: 'x' }).call('a', {}).wait(5).handoff('a', 'b').end();
  expect(build()).toEqual(build());
});

test('equal arguments have one digest in whatever order their keys stand', () => {
  const [, first, , second] = trace().call('a', { x: 1, y: 2 }).call('a', { y: 2, x: 1 }).end();
  expect(first?.toolArgumentsDigest).toBe(second?.toolArgumentsDigest);
});

test('drawn runs have unique span ids and one root', () => {
  fc.assert(
    fc.property(anyRun(), (spans) => {
      expect(new Set(spans.map((s) => s.spanId)).size).toBe(spans.length);
      expect(spans.filter((s) => s.parentSpanId === '')).toHaveLength(1);
    }),
  );
});

import type { Span } from '@spanwise/schemas';
import { anySpan, span, spanIdOf, trace } from '@spanwise/testkit/spans';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Step } from '../detector/step.ts';
import { MemorySlots } from '../slots.ts';
import { defaultBounds, RunModel } from './run-model.ts';

function modelOf(spans: readonly Span[], bounds = defaultBounds, slots = new MemorySlots()): RunModel {
  const model = RunModel.open(slots, spans[0], bounds) as RunModel;
  for (const [i, given] of spans.entries()) model.add(given, 1_000 + i);
  return model;
}

const step = (model: RunModel, given: Span | undefined): Step => model.stepOf(given?.spanId ?? '') as Step;
const id = (name: string): string => spanIdOf(name);
const child = (name: string, parent: string, fields: Partial<Span> = {}): Span =>
  span({ spanId: id(name), parentSpanId: parent === '' ? '' : id(parent), name, ...fields });

describe('the root', () => {
  it('is the span without parent, though it comes last', () => {
    const spans = trace().llm().end();
    const model = modelOf(spans.slice(0, 1));
    expect(model.root).toBeUndefined();
    model.add(spans[1] as Span, 2);
    expect(model.root?.spanId).toBe(spans[1]?.spanId);
  });

  it('is the agent above all that was seen where its parent is in another process', () => {
    const spans = [child('llm', 'agent', { kind: 'llm' }), child('agent', 'server', { kind: 'agent', flags: 0x301 })];
    expect(modelOf(spans).root?.name).toBe('agent');
  });

  it('is awaited where the exporter says that the parent is in the same process', () => {
    const spans = [child('llm', 'agent', { kind: 'llm' }), child('agent', 'server', { kind: 'agent', flags: 0x101 })];
    expect(modelOf(spans).root).toBeUndefined();
  });

  it('is given up again when a span comes that lies outside of it', () => {
    const spans = [
      child('llm', 'agent', { kind: 'llm' }),
      child('agent', 'graph', { kind: 'agent' }),
      child('other', 'graph', { kind: 'llm' }),
    ];
    expect(modelOf(spans.slice(0, 2)).root?.name).toBe('agent');
    expect(modelOf(spans).root).toBeUndefined();
    expect(modelOf([...spans, child('graph', '', {})]).root?.name).toBe('graph');
  });
});

describe('resolution', () => {
  it("takes the session from the root, over a sub-agent's own", () => {
    const spans = trace({ conversationId: 'main' })
      .agent('sub', (t) => t.llm({ span: { conversationId: 'sub-1' } }), { conversationId: 'sub-1' })
      .end();
    expect(modelOf(spans.slice(0, 2)).sessionId).toBe('sub-1');
    expect(modelOf(spans).sessionId).toBe('main');
  });

  it('takes the trace id where nobody names a conversation', () => {
    const spans = trace().llm().end();
    expect(modelOf(spans).sessionId).toBe(spans[0]?.traceId);
  });

  it('takes the agent from the nearest that is named at or above', () => {
    const spans = trace({ agent: 'lead' })
      .agent('payer', (t) => t.within('turn', (u) => u.tool('pay', {})))
      .end();
    const model = modelOf(spans);
    expect(model.agentOf(step(model, spans[0]))).toBe('payer');
    expect(model.pointOf(step(model, spans[0]))).toBe('payer/tool/pay');
    expect(model.agentOf(step(model, spans.at(-1)))).toBe('lead');
  });

  it('gives children of a nameless root to the first agent below it', () => {
    const spans = trace({ agent: '' })
      .tool('plan', {})
      .agent('first', (t) => t.llm())
      .agent('second', (t) => t.llm())
      .end();
    const model = modelOf(spans);
    expect(model.agentOf(step(model, spans[0]))).toBe('first');
    expect(model.agent).toBe('first');
  });

  it('gives a nameless node the agent that it encloses under the same span name', () => {
    const spans = [
      child('triage', 'first node', { kind: 'agent', agent: 'triage' }),
      child('first node', 'graph', { kind: 'agent', name: 'triage' }),
      child('refunds', 'second node', { kind: 'agent', agent: 'refunds' }),
      child('second node', 'graph', { kind: 'agent', name: 'refunds' }),
      child('graph', ''),
    ];
    const model = modelOf(spans);
    expect(spans.map((given) => model.agentOf(step(model, given)))).toEqual([
      'triage',
      'triage',
      'refunds',
      'refunds',
      'triage',
    ]);
  });

  it('finds who asked for a call by its id, else by arguments, else by name', () => {
    const spans = trace()
      .llm({ calls: [{ name: 'pay', arguments: { n: 1 }, id: 'x' }] })
      .llm({ calls: [{ name: 'pay', arguments: { n: 2 }, id: '' }] })
      .tool('pay', { n: 2 })
      .tool('pay', { n: 1 }, { callId: 'x' })
      .tool('pay', { n: 3 })
      .tool('other', {})
      .end();
    const model = modelOf(spans);
    const requester = (i: number) => model.requesterOf(step(model, spans[i]))?.spanId;
    expect([2, 3, 4, 5].map(requester)).toEqual([1, 0, 1, 1].map((i) => spans[i]?.spanId));
  });

  it('finds who asked for a call where responses number their calls, or a model repeats itself', () => {
    const asks = (tool: string, n: number) => [{ name: tool, arguments: { n }, id: 'call_0' }];
    const spans = trace()
      .llm({ calls: asks('pay', 1) })
      .tool('pay', { n: 1 }, { callId: 'call_0' })
      .llm({ calls: asks('pay', 1) })
      .tool('pay', { n: 1 }, { callId: 'call_0' })
      .agent('helper', (t) => t.llm({ calls: asks('look', 2) }).tool('look', { n: 2 }, { callId: 'call_0' }))
      .llm({ calls: asks('pay', 3) })
      .end();
    for (const order of [spans, spans.toReversed()]) {
      const model = modelOf(order);
      const requester = (i: number) => model.requesterOf(step(model, spans[i]))?.spanId;
      expect([1, 3, 5].map(requester)).toEqual([0, 2, 4].map((i) => spans[i]?.spanId));
    }
  });
});

it('knows after a restart what it knew, though it wrote down for each step little more than the step', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anySpan(), fc.nat(100)), { minLength: 1, maxLength: 40 }), (given) => {
      const slots = new MemorySlots();
      const model = RunModel.open(slots, given[0]?.[0], { ...defaultBounds, maxSteps: 16 }) as RunModel;
      let nowMs = 1_900_000_000_000;
      for (const [span, pauseMs] of given) {
        nowMs += pauseMs;
        model.add(span, nowMs);
        const restored = RunModel.open(MemorySlots.restore(slots.snapshot()), undefined, defaultBounds);
        expect(restored?.meta).toEqual(JSON.parse(JSON.stringify(model.meta)));
        expect(restored?.steps).toEqual(model.steps);
        expect(restored?.now).toBe(model.now);
      }
    }),
  );
});

it('counts each step once, wherever it is let go and taken up again from the same slots', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anySpan(), fc.boolean()), { minLength: 1, maxLength: 40 }), (given) => {
      const [first] = given[0] as [Span, boolean];
      const play = (isLetGo: boolean) => {
        const slots = new MemorySlots();
        let model = RunModel.open(slots, first, defaultBounds) as RunModel;
        for (const [span, isLetGoAfter] of given) {
          model.add(span, 1_900_000_000_000);
          if (isLetGo && isLetGoAfter) model = RunModel.open(slots, undefined, defaultBounds) as RunModel;
        }
        return { meta: model.meta, written: slots.snapshot() };
      };
      expect(play(true)).toEqual(play(false));
    }),
  );
});

it('writes of most steps no more than the step', () => {
  const slots = new MemorySlots();
  const run = trace({ agent: 'refunds', conversationId: 'c', release: '1' });
  for (let i = 0; i < 10; i++) run.call('get_order', { order_id: i }, { result: { total: i } });
  const spans = run.end();
  const model = RunModel.open(slots, spans[0], defaultBounds) as RunModel;
  const written = spans.map((given) => {
    model.add(given, 1_900_000_000_000);
    return slots.takeChanges().length;
  });
  expect(written).toEqual([2, ...spans.slice(2).map(() => 1), 2]);
});

describe('bounds', () => {
  const many = (count: number): Span[] =>
    Array.from({ length: count }, (_, i) => child(`s${i}`, 'root', { startTime: 1_800_000_000_000_000 + i }));

  it('remembers so many steps, counts the rest, and still knows resends of them for a while', () => {
    const slots = new MemorySlots();
    const spans = many(400);
    const model = modelOf(spans, { ...defaultBounds, maxSteps: 64, maxForgottenIds: 128 }, slots);
    expect(model.steps.length).toBeLessThanOrEqual(64);
    expect(model.droppedSteps + model.steps.length).toBe(400);
    expect(model.add(spans[399] as Span, 1)).toBeUndefined();
    expect(model.add(spans[300] as Span, 1)).toBeUndefined();
    expect([...slots.keys()].filter((slot) => slot.startsWith('s/')).length).toBe(model.steps.length);
    expect([...slots.keys()].filter((slot) => slot.startsWith('ids/')).length).toBeLessThanOrEqual(10);
  });

  it('is the same after a restart in the middle of forgetting', () => {
    const bounds = { ...defaultBounds, maxSteps: 64, maxForgottenIds: 128 };
    const spans = many(333);
    const slots = new MemorySlots();
    modelOf(spans.slice(0, 200), bounds, slots);
    const restored = MemorySlots.restore(slots.snapshot());
    const model = RunModel.open(restored, undefined, bounds) as RunModel;
    for (const given of spans.slice(200)) model.add(given, 5);
    const straight = modelOf(spans, bounds);
    expect(model.steps.map((s) => s.spanId)).toEqual(straight.steps.map((s) => s.spanId));
    expect(model.droppedSteps).toBe(straight.droppedSteps);
    expect(model.add(spans[260] as Span, 6)).toBeUndefined();
  });

  it('ignores a resend', () => {
    const [first] = many(1);
    const model = modelOf([first as Span]);
    expect(model.add(first as Span, 9)).toBeUndefined();
    expect(model.meta.released).toBe(1);
  });
});

it('is incomplete where a parent never came though the root did', () => {
  expect(modelOf(trace().llm().end()).incomplete).toBe(false);
  expect(modelOf(trace().step('x', { parentSpanId: 'ffffffffffffffff' }).end()).incomplete).toBe(true);
});

it('orders steps by one clock where two services disagree', () => {
  const start = 1_800_000_000_000_000;
  const at = (ms: number, lasts: number): Partial<Span> => ({ startTime: start + ms * 1000, durationNs: lasts * 1e6 });
  const spans = [
    child('a', 'root', { kind: 'llm', service: 'main', ...at(0, 100) }),
    // Its clock is a second ahead: it ran from 110 to 150.
    child('tool', 'call', { kind: 'tool', tool: 't', service: 'far', ...at(1110, 40) }),
    child('call', 'root', { service: 'main', ...at(105, 50) }),
    child('call2', 'root', { service: 'main', ...at(500, 50) }),
    child('tool2', 'call2', { kind: 'tool', tool: 't', service: 'far', ...at(1505, 40) }),
    child('call3', 'root', { service: 'main', ...at(600, 50) }),
    child('tool3', 'call3', { kind: 'tool', tool: 't', service: 'far', ...at(1605, 40) }),
    child('b', 'root', { kind: 'llm', service: 'main', ...at(700, 100) }),
    child('root', '', { kind: 'agent', service: 'main', ...at(0, 900) }),
  ];
  const names = modelOf(spans)
    .chronological()
    .map((s) => s.name);
  expect(names).toEqual(['a', 'root', 'call', 'tool', 'call2', 'tool2', 'call3', 'tool3', 'b']);
});

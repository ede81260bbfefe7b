import { trace } from '@spanwise/testkit/spans';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultBounds, RunModel } from '../run-model/run-model.ts';
import { MemorySlots } from '../slots.ts';
import { clockPairs, serviceOffsets } from './service-offsets.ts';

/** agents → gateway → tools, called `calls` times, with these clocks. */
function offsetsOf(calls: number, gatewayMs: number, toolsMs: number): ReadonlyMap<string, number> {
  const run = trace();
  for (let i = 0; i < calls; i++) {
    run.within('call', (client) =>
      client
        .wait(3 + i)
        .within('gateway', (gateway) => gateway.wait(4).step('tool', { service: 'tools' }, 50).wait(4), {
          service: 'gateway',
        }),
    );
  }
  const skew = { agents: 0, gateway: gatewayMs, tools: toolsMs } as Record<string, number>;
  const spans = run.end().map((span) => ({ ...span, startTime: span.startTime + (skew[span.service] ?? 0) * 1_000 }));
  const model = RunModel.open(new MemorySlots(), spans[0], defaultBounds) as RunModel;
  for (const span of spans) model.add(span, 0);
  return serviceOffsets(clockPairs(model));
}

test('offsets add up along the calls', () => {
  fc.assert(
    fc.property(fc.integer({ min: -9_000, max: -100 }), fc.integer({ min: -9_000, max: -100 }), (a, b) => {
      const offsets = offsetsOf(4, a, a + b);
      expect(Math.abs((offsets.get('gateway') ?? 0) / 1_000 - a)).toBeLessThan(15);
      expect(Math.abs((offsets.get('tools') ?? 0) / 1_000 - (a + b))).toBeLessThan(25);
      expect(offsets.has('agents')).toBe(false);
    }),
    { numRuns: 30 },
  );
});

test('a service between two that agree is told apart', () => {
  const offsets = offsetsOf(4, -2_000, 0);
  expect([...offsets.keys()]).toEqual(['gateway']);
});

test('clocks that agree have no offsets', () => {
  expect(offsetsOf(4, 0, 0).size).toBe(0);
});

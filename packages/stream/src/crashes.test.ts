import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Act, type Blow, CrashRun, type Scenario } from '../test/crash-run.ts';
import { anyScripted } from '../test/scripted.ts';
import type { EngineOptions } from './engine-options.ts';

const partition = fc.nat(3);
const afterMs = fc.oneof(
  { weight: 4, arbitrary: fc.nat(4) },
  { weight: 1, arbitrary: fc.integer({ min: 10, max: 90 }) },
);
const which = fc.nat(3);
const blow: fc.Arbitrary<Blow> = fc.record({
  call: fc.nat(90),
  kind: fc.constantFrom('throw' as const, 'freeze' as const, 'kill' as const),
});
const options: fc.Arbitrary<EngineOptions> = fc.record({
  commitIntervalMs: fc.constantFrom(0, 1, 4),
  commitInputBytes: fc.constantFrom(1, 1_000, 1_000_000),
  bufferBytes: fc.constantFrom(200, 1_000_000),
  tickAfterMs: fc.constantFrom(2, 5, false as const),
  snapshots: fc.record({ intervalMs: fc.constantFrom(1, 50), floorBytes: fc.constantFrom(0, 500) }),
});
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      partition,
      records: fc.array(anyScripted, { minLength: 1, maxLength: 4 }),
      afterMs,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('send-again' as const, 'aborted' as const, 'tick' as const),
      partition,
      afterMs,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('garbage' as const), form: fc.nat(3), partition, afterMs }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('start' as const), blows: fc.array(blow, { maxLength: 4 }), options }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('kill' as const, 'freeze' as const, 'thaw' as const, 'stop' as const, 'expel' as const),
      which,
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(6) }) },
);
const scenario: fc.Arbitrary<Scenario> = fc.record({
  outputs: fc.integer({ min: 1, max: 5 }),
  delayMs: fc.constantFrom(0, 1, 20, 60),
  partitions: fc.integer({ min: 1, max: 4 }),
  outputPartitions: fc.integer({ min: 1, max: 3 }),
  acts: fc.array(act, { minLength: 5, maxLength: 40 }),
});

describe('engines that are killed, frozen, woken, expelled, stopped and started, with failures at any call', () => {
  it('write what one engine writes that nothing happens to', async () => {
    await fc.assert(
      // several at a time, since they wait most of it
      fc.asyncProperty(fc.array(scenario, { minLength: 5, maxLength: 5 }), async (scenarios) => {
        const problems = await Promise.all(scenarios.map((any) => new CrashRun(any).play()));
        expect(problems).toEqual(scenarios.map(() => []));
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });

  // two runs of the same take different ways, so that what fails is said by call, not by what the call is
  it.each(['throw', 'freeze', 'kill'] as const)('do so with a %s at each single call of a process', async (kind) => {
    const scripted = (call: number): Scenario => ({
      outputs: 2,
      delayMs: 20,
      partitions: 2,
      outputPartitions: 2,
      acts: [
        { do: 'start', blows: [{ call, kind }], options: { snapshots: { intervalMs: 1, floorBytes: 0 } } },
        ...[0, 1, 0, 1, 0, 1].flatMap((at): Act[] => [
          {
            do: 'send',
            partition: at,
            records: ['k', 'l'].map((key, i) => ({
              key,
              time: 10 - i,
              ops: [
                ['put', 'a'],
                ['count', 1],
                ['forward', i, 'k'],
                ['schedule', 't', 30],
              ],
            })),
            afterMs: 12,
          },
          { do: 'wait', ms: 3 },
        ]),
        { do: 'start', blows: [], options: {} },
        { do: 'wait', ms: 4 },
      ],
    });
    let calls = 1;
    for (let call = 0; call < calls; call += 10) {
      const played = Array.from({ length: 10 }, async (_, i) => {
        const run = new CrashRun(scripted(call + i));
        expect(await run.play(), `${kind} at call ${call + i}`).toEqual([]);
        return run.calls;
      });
      calls = Math.min(200, Math.max(calls, ...(await Promise.all(played))));
    }
    expect(calls).toBeGreaterThan(20);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawsOf } from '../../statistics/draws.fixture.ts';
import { type Burst, burstShare, newBurst, normalShare, update } from './burst.ts';

/** The greatest sum over runs that go wrong with a probability, told as they come: only those that go wrong are. */
function play(burst: Burst, random: () => number, from: number, runs: number, share: number) {
  let most = 0;
  let runsUntil = Number.POSITIVE_INFINITY;
  for (let run = from + 1; run <= from + runs; run++) {
    if (random() >= share) continue;
    const sum = update(burst, run, true);
    if (sum >= 12 && runsUntil === Number.POSITIVE_INFINITY) runsUntil = run - from;
    most = Math.max(most, sum);
  }
  return { most, runsUntil };
}

describe('a burst of failures', () => {
  it.each([0.0005, 0.002, 0.01, 0.05, 0.2])('is not seen in 100,000 runs of which always %s go wrong', (share) => {
    for (let seed = 0; seed < 5; seed++) {
      expect(play(newBurst(0), drawsOf(seed), 0, 100_000, share).most).toBeLessThan(12);
    }
  });

  it.each([
    [0.001, 0.1, 150],
    [0.01, 0.2, 80],
    [0.05, 0.5, 60],
  ])('that raises a share from %s to %s is seen within %s runs', (before, after, within) => {
    for (let seed = 0; seed < 20; seed++) {
      const random = drawsOf(seed);
      const burst = newBurst(0);
      play(burst, random, 0, 5_000, before);
      update(burst, 5_000, false);
      expect(play(burst, random, 5_000, 1_000, after).runsUntil).toBeLessThan(within);
    }
  });

  it('of which much was always, raises what is normal in time', () => {
    const random = drawsOf(7);
    const burst = newBurst(10_000);
    const early = normalShare(burst);
    expect(play(burst, random, 10_000, 2_000, 0.02).runsUntil).toBeLessThan(1_000);
    play(burst, random, 12_000, 20_000, 0.02);
    expect(play(burst, random, 32_000, 50_000, 0.02).most).toBeLessThan(12);
    expect(normalShare(burst)).toBeGreaterThan(3 * early);
    expect(normalShare(burst)).toBeLessThan(0.03);
  });

  it('never has a negative sum nor shares that are none, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20_000), fc.boolean()), { maxLength: 200 }), (steps) => {
        const burst = newBurst(0);
        let runs = 0;
        for (const [passed, isHit] of steps) {
          runs += passed;
          expect(update(burst, runs, isHit)).toBeGreaterThanOrEqual(0);
          expect(normalShare(burst)).toBeGreaterThan(0);
          expect(burstShare(burst)).toBeGreaterThan(normalShare(burst));
          expect(burstShare(burst)).toBeLessThanOrEqual(0.9);
        }
      }),
    );
  });
});

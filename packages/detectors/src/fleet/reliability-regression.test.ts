import { expect, it } from 'vitest';
import { describeFleetCases, type ToldSignal } from './fleet-cases.ts';
import { revised, sessions, withVerdict } from './observed-sessions.fixture.ts';
import { playedSignals } from './played-signals.fixture.ts';
import { cases } from './reliability-regression.cases.ts';
import { MAX_RELEASES, reliabilityRegression } from './reliability-regression.ts';

describeFleetCases('reliability_regression', () => reliabilityRegression(), cases);

const played = (signals: readonly ToldSignal[]) => playedSignals(reliabilityRegression(), signals).slots;

const released = (release: string) => sessions({ count: 40, good: 0.5, release });

it('counts as if a verdict that was revised had been the first', () => {
  const signals = released('a');
  const wrong = signals.filter(({ body }) => body.session?.verdict === 'suspect').slice(0, 10);
  const right = signals.map((signal) => (wrong.includes(signal) ? withVerdict(signal, 'correct') : signal));
  expect(played([...signals, ...revised(wrong, 'correct')]).snapshot()).toBe(played(right).snapshot());
});

it('remembers few releases, whatever it is told', () => {
  const slots = played(
    Array.from({ length: 300 }, (_, i) =>
      sessions({ count: 1, good: 1, from: i, release: `r${i}`, environment: `e${i % 7}` }),
    ).flat(),
  );
  expect([...slots.keys()].length).toBeLessThanOrEqual(MAX_RELEASES);
});

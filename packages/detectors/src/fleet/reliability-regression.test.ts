import { newRecord } from '@spanwise/schemas';
import { expect, it } from 'vitest';
import { signalBody } from '../signals/signal-source.ts';
import { MemorySlots } from '../slots.ts';
import { describeFleetCases, type ToldSignal } from './fleet-cases.ts';
import { FleetJudge } from './fleet-judge.ts';
import { revised, sessions, withVerdict } from './observed-sessions.fixture.ts';
import { cases } from './reliability-regression.cases.ts';
import { MAX_RELEASES, reliabilityRegression } from './reliability-regression.ts';

describeFleetCases('reliability_regression', () => reliabilityRegression(), cases);

function played(signals: readonly ToldSignal[], slots = new MemorySlots()): MemorySlots {
  const judge = new FleetJudge([reliabilityRegression()]);
  for (const { atMs, keyKind, key, body } of signals) {
    const signal = newRecord('Signal', { tenant: 'default', keyKind, key, emittedTime: 1, body: signalBody(body) });
    expect(judge.onSignal(slots, signal, atMs).faults).toEqual([]);
  }
  return slots;
}

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

import type { SessionObserved } from '@spanwise/schemas';
import { describe, expect, it } from 'vitest';
import { shareInterval } from '../statistics/interval.ts';
import { cases, planted } from './failure-condition.cases.ts';
import { failureCondition } from './failure-condition.ts';
import { describeFleetCases, type ToldSignal } from './fleet-cases.ts';
import { revised, sessions } from './observed-sessions.fixture.ts';
import { playedSignals } from './played-signals.fixture.ts';
import { MAX_FAILURES, MAX_NAMES, MAX_SUCCESSES } from './session-sample.ts';

describeFleetCases('failure_condition', () => failureCondition(), cases);

const played = (signals: readonly ToldSignal[], crashEvery?: number) =>
  playedSignals(failureCondition(), signals, crashEvery);

const german = (seed: number, count = 600) =>
  planted({ count, seed, risk: ({ language }) => (language === 'de' ? 0.5 : 0.04) });

it('says the same after a crash anywhere', () => {
  const signals = german(21, 300);
  expect(played(signals, 7).findings).toEqual(played(signals).findings);
  expect(played(signals).findings).not.toEqual([]);
});

describe('the condition that is told', () => {
  it('is told again only when failures have doubled', () => {
    const { findings } = played(german(22, 1_600));
    expect(findings.length).toBeGreaterThan(1);
    expect(findings.length).toBeLessThan(8);
    expect(new Set(findings.map(({ findingId }) => findingId)).size).toBe(1);
  });

  it('is withdrawn when it no longer holds', () => {
    const signals = german(23, 400);
    const failed = signals.filter(({ body }) => body.session?.verdict === 'suspect');
    const more = planted({ count: 600, seed: 24, risk: () => 0.2, place: { from: 400 } });
    const { findings } = played([...signals, ...revised(failed, 'correct'), ...more]);
    expect(findings.at(-1)?.withdrawn).toBe(true);
  });

  it('is the planted one, first, in nine of ten fleets; in fleets without one hardly any is told', () => {
    let [right, false_] = [0, 0];
    for (let seed = 0; seed < 30; seed++) {
      const { findings } = played(
        planted({
          count: 500,
          seed: 100 + seed,
          risk: (d) => (d.language === 'de' && d.length === 'over 2000' ? 0.6 : 0.05),
        }),
      );
      const last = findings.findLast(({ evidence }) => JSON.parse(evidence).numbers.rank === 1);
      if (last && !last.withdrawn && JSON.parse(last.evidence).seen === 'input.language=de and input.length=over 2000')
        right++;
      if (played(planted({ count: 500, seed: 200 + seed, risk: () => 0.15 })).findings.length > 0) false_++;
    }
    expect(right / 30).toBeGreaterThanOrEqual(0.9);
    expect(shareInterval(false_, 30).low).toBeLessThan(0.05);
  });
});

it('remembers a bounded number of sessions and names, whatever they are like', () => {
  const signals = sessions({
    count: 3_000,
    good: 0.5,
    attributes: (n) => Array.from({ length: 20 }, (_, i) => `a${i}=${n % (i + 1) === 0 ? n : i}`),
    steps: (n) => Array.from({ length: 40 }, (_, i) => `s${n}/tool/${i}!!`),
  });
  const { slots } = played(signals);
  const names = [...slots.keys()].filter((slot) => !slot.startsWith('f/'));
  expect(names.length).toBeLessThanOrEqual(MAX_FAILURES + MAX_SUCCESSES + MAX_NAMES + 32);
  for (const slot of names) expect(JSON.stringify(slots.get<SessionObserved>(slot)).length).toBeLessThan(1_000);
});

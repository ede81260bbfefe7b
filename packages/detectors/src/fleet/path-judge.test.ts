import { newRecord } from '@spanwise/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signalBody } from '../signals/signal-source.ts';
import { MemorySlots } from '../slots.ts';
import { drawsOf } from '../statistics/draws.fixture.ts';
import type { ToldSignal } from './fleet-cases.ts';
import { FleetJudge, type FleetOutput } from './fleet-judge.ts';
import { pathDeviation } from './path-deviation.ts';
import { pathOf } from './path-signals.fixture.ts';

const AT = { tenant: 'default', keyKind: 'agent', key: 'a' } as const;
const judge = new FleetJudge([pathDeviation()]);

function told(slots: MemorySlots, { atMs, body }: ToldSignal): FleetOutput {
  const signal = newRecord('Signal', { ...AT, emittedTime: atMs * 1_000, body: signalBody(body) });
  const output = judge.onSignal(slots, signal, atMs);
  expect(output.faults).toEqual([]);
  return output;
}

const anyPath = fc.record({
  acts: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 6 }),
  endedAs: fc.constantFrom('correct', 'correct', 'failed', 'suspect'),
  release: fc.constantFrom('1', '2'),
  isWhole: fc.boolean(),
});

describe('what is known of the paths of an agent', () => {
  it('goes on from restored slots as if nothing had happened', () => {
    const known = new MemorySlots();
    for (let n = 0; n < 160; n++) for (const signal of pathOf(n, ['a', 'b', 'c'])) told(known, signal);
    fc.assert(
      fc.property(fc.array(anyPath, { maxLength: 8 }), (paths) => {
        const slots = MemorySlots.restore(known.snapshot());
        let crashing = MemorySlots.restore(known.snapshot());
        for (const signal of paths.flatMap(({ acts, ...more }, i) => pathOf(160 + i, acts, more))) {
          crashing = MemorySlots.restore(crashing.snapshot());
          expect(told(crashing, signal)).toEqual(told(slots, signal));
        }
        expect(crashing.snapshot().length).toBe(slots.snapshot().length);
      }),
      { numRuns: 30 },
    );
  });

  it('is taken back when a late span shows that the run had not ended well', () => {
    const [once, twice] = [new MemorySlots(), new MemorySlots()];
    for (let n = 0; n < 10; n++)
      for (const slots of [once, twice]) for (const signal of pathOf(n, ['a', 'b'])) told(slots, signal);
    for (const signal of pathOf(10, ['a', 'x'])) told(twice, signal);
    for (const signal of pathOf(10, ['a', 'x'], { endedAs: 'suspect' }).slice(1)) told(twice, signal);
    const learned = (slots: MemorySlots) =>
      [...slots.keys()].flatMap((slot) =>
        slot.includes('/c/') ? [[slot, slots.get<{ total: number }>(slot)?.total]] : [],
      );
    expect(learned(twice).filter(([, total]) => total !== 0)).toEqual(learned(once));
  });

  it('weighs a little in the verdict of a session whose path is unusual, without a finding', () => {
    const slots = new MemorySlots();
    const said = (n: number, acts: string[]) => pathOf(n, acts).map((signal) => told(slots, signal));
    for (let n = 0; n < 60; n++) said(n, ['a', 'b']);
    expect(said(60, ['a', 'b']).flatMap(({ signals }) => signals)).toEqual([]);
    const unusual = said(61, ['b', 'b', 'a', 'c']);
    expect(unusual.flatMap(({ findings }) => findings)).toEqual([]);
    expect(unusual.flatMap(({ signals }) => signals)).toMatchObject([
      { keyKind: 'session', key: 's-61', body: { finding: { severity: 'low', traceId: 'run-61' } } },
    ]);
  });

  it('is bounded, however many paths, releases, workflows and steps there are', () => {
    const slots = new MemorySlots();
    for (let n = 0; n < 3_000; n++) {
      const more = { release: `r${n % 100}`, workflow: `w${n % 50}`, endedAs: 'correct' };
      for (const signal of pathOf(n, ['a', `t${n}`, `u${n % 90}`], more)) told(slots, signal);
    }
    const count = (prefix: string) =>
      [...slots.keys()].filter((slot) => slot.startsWith(`path_deviation/${prefix}/`)).length;
    expect([count('p') <= 513, count('c') <= 1_520, count('r') <= 17, count('w') <= 17]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    judge.onWake(slots, 'path_deviation', AT, 3_000_000 + 8 * 86_400_000);
    expect(count('p')).toBe(0);
  });
});

describe('agents whose every path is lawful', () => {
  /** How often something is found of agents that leave out each step, or take one more after it, in such shares of their runs. */
  function alarmsOf(rates: readonly number[], agents: number): { sessions: number; alarms: number; branches: number } {
    const counts = { sessions: 0, alarms: 0, branches: 0 };
    for (let agent = 1; agent <= agents; agent++) {
      const random = drawsOf(agent);
      const own = Array.from({ length: 5 }, () => rates[Math.floor(random() * rates.length)] ?? 0);
      const slots = new MemorySlots();
      for (let n = 0; n < 600; n++) {
        const acts = own.flatMap((rate, i) => {
          const lot = random();
          if (lot < rate / 2) return [];
          return lot < rate ? [`s${i}`, `extra${i}`] : [`s${i}`];
        });
        for (const { findings } of pathOf(n, acts).map((signal) => told(slots, signal)))
          counts.alarms += findings.filter(({ revision, severity }) => revision === 1 && severity !== 'info').length;
        counts.sessions++;
      }
      counts.branches += 2 * own.filter((rate) => rate > 0).length;
    }
    return counts;
  }

  it('raise less than one false alarm in a thousand sessions where one run in twenty or more takes each branch', () => {
    const { alarms, sessions } = alarmsOf([0, 0.1, 0.3], 12);
    expect(alarms / sessions).toBeLessThan(0.001);
  }, 60_000);

  it('raise an alarm or two for a branch that one run in a hundred takes, before it is known', () => {
    const { alarms, branches } = alarmsOf([0, 0.02], 6);
    expect(alarms / branches).toBeLessThan(2);
  }, 60_000);
});

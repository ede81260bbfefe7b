import { expect, it } from 'vitest';
import { cases as brittle } from './brittle-step.cases.ts';
import { brittleStep } from './brittle-step.ts';
import { cases as chain } from './chain-reliability-gap.cases.ts';
import { chainReliabilityGap } from './chain-reliability-gap.ts';
import { describeFleetCases } from './fleet-cases.ts';
import { revised, sessions, withVerdict } from './observed-sessions.fixture.ts';
import { playedSignals } from './played-signals.fixture.ts';
import { MAX_STEPS, MAX_WORKFLOWS } from './step-counts.ts';

describeFleetCases('brittle_step', () => brittleStep(), brittle);
describeFleetCases('chain_reliability_gap', () => chainReliabilityGap(), chain);

const signals = brittle.find(({ example }) => example)?.signals ?? [];

it.each([brittleStep, chainReliabilityGap])('says the same after a crash anywhere', (pattern) => {
  const { findings, slots } = playedSignals(pattern(), signals);
  const crashed = playedSignals(pattern(), signals, 9);
  expect(crashed.findings).toEqual(findings);
  expect(crashed.slots.snapshot()).toBe(slots.snapshot());
});

it('counts as if a verdict that was revised had been the first', () => {
  const wrong = signals.filter(({ body }) => body.session?.verdict === 'suspect').slice(0, 40);
  const right = signals.map((signal) => (wrong.includes(signal) ? withVerdict(signal, 'correct') : signal));
  const countsOf = (told: typeof signals) => {
    const { slots } = playedSignals(brittleStep(), told);
    return [...slots.keys()].filter((slot) => /brittle_step\/[pw]\//.test(slot)).map((slot) => slots.get(slot));
  };
  expect(countsOf([...signals, ...revised(wrong, 'correct')])).toEqual(countsOf(right));
});

it('withdraws a step at which sessions no longer go wrong', () => {
  const wrong = signals.filter(({ body }) => body.session?.verdict === 'suspect').slice(0, 95);
  const { findings } = playedSignals(brittleStep(), [...signals, ...revised(wrong, 'correct')]);
  expect(findings.at(-1)).toMatchObject({ pattern: 'brittle_step', withdrawn: true });
});

it('remembers few steps, those that are used', () => {
  const many = Array.from({ length: 9 }, (_, i) =>
    sessions({
      count: 60,
      good: 0.5,
      workflow: `w${i}`,
      steps: (n) => ['a/tool/usual', ...Array.from({ length: 40 }, (_, k) => `a/tool/${n}-${k}!!`)],
    }),
  );
  const { slots } = playedSignals(brittleStep(), many.flat());
  const counts = [...slots.keys()].filter((slot) => !slot.startsWith('f/'));
  expect(counts.length).toBeLessThanOrEqual((MAX_WORKFLOWS + 1) * (1 + MAX_STEPS));
  expect(counts).toContain('brittle_step/p/w0/a/tool/usual');
});

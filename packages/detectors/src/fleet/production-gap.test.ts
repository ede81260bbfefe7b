import { expect, it } from 'vitest';
import { MAX_ENVIRONMENTS, MAX_TRAITS } from './environment-counts.ts';
import { describeFleetCases } from './fleet-cases.ts';
import { merged, revised, sessions } from './observed-sessions.fixture.ts';
import { playedSignals } from './played-signals.fixture.ts';
import { cases } from './production-gap.cases.ts';
import { productionGap } from './production-gap.ts';

describeFleetCases('production_gap', () => productionGap(), cases);

const signals = merged(
  sessions({ count: 150, good: 0.95, environment: 'evaluation' }),
  sessions({
    count: 300,
    good: 0.7,
    environment: 'prod-eu',
    attributes: (n) => [`input.form=${n % 2 ? 'json' : 'plain'}`],
  }),
);

it('says the same after a crash anywhere', () => {
  const { findings, slots } = playedSignals(productionGap(), signals);
  expect(findings).not.toEqual([]);
  const crashed = playedSignals(productionGap(), signals, 11);
  expect(crashed.findings).toEqual(findings);
  expect(crashed.slots.snapshot()).toBe(slots.snapshot());
});

it('withdraws what no longer holds when verdicts are revised', () => {
  const production = sessions({ count: 300, good: 0.7, environment: 'prod-eu' });
  const alike = merged(sessions({ count: 150, good: 0.95, environment: 'evaluation' }), production);
  const wrong = production.filter(({ body }) => body.session?.verdict === 'suspect').slice(0, 75);
  const { findings } = playedSignals(productionGap(), [...alike, ...revised(wrong, 'correct')]);
  expect(findings.at(-1)).toMatchObject({ pattern: 'production_gap', withdrawn: true });
});

it('remembers few environments and few traits of each', () => {
  const many = Array.from({ length: 20 }, (_, i) =>
    sessions({
      count: 150,
      good: 1,
      environment: `e${i}`,
      attributes: (n) => [`input.x=${n}`],
      steps: (n) => [`s${n}`],
    }),
  );
  const { slots } = playedSignals(productionGap(), many.flat());
  expect([...slots.keys()].length).toBeLessThanOrEqual(MAX_ENVIRONMENTS * (1 + MAX_TRAITS));
});

import type { FleetCase } from './fleet-cases.ts';
import { sessions } from './observed-sessions.fixture.ts';

const [READ, JOB] = ['support/tool/read', 'support/tool/start_job'];

export const cases: FleetCase[] = [
  {
    name: 'steps hardly ever fail, and yet a quarter of the sessions goes wrong: a value is misread between them',
    example: true,
    signals: sessions({ count: 400, good: 0.75, steps: () => [READ, JOB, 'support/llm/'] }),
    finds: [{ pattern: 'chain_reliability_gap', agent: 'support', severity: 'low', type: 'below' }],
  },
  {
    name: 'most sessions go wrong though no step fails',
    signals: sessions({ count: 400, good: 0.4, steps: () => [READ, JOB] }),
    finds: [{ severity: 'medium', type: 'below' }],
  },
  {
    name: 'a step fails in every third session, and is recovered from: an observation',
    signals: sessions({ count: 400, good: 0.97, steps: (n) => [READ, n % 3 ? JOB : `${JOB}!`] }),
    finds: [{ severity: 'info', type: 'above', step: JOB }],
  },
  {
    name: 'a chain as reliable as its steps',
    signals: sessions({ count: 600, good: 0.8, steps: (_, isGood) => [READ, isGood ? JOB : `${JOB}!!`] }),
    finds: [],
  },
  { name: 'too few sessions to say', signals: sessions({ count: 55, good: 0.5, steps: () => [READ, JOB] }), finds: [] },
  { name: 'a single step is no chain', signals: sessions({ count: 400, good: 0.5, steps: () => [READ] }), finds: [] },
];

import type { FleetCase } from './fleet-cases.ts';
import { merged, sessions } from './observed-sessions.fixture.ts';

const english = () => ['input.language=en'];
const evaluation = (good: number, count = 300) =>
  sessions({ count, good, environment: 'evaluation', attributes: english });
const production = (good: number, count = 900) =>
  sessions({ count, good, environment: 'production', attributes: english });
const mixed = sessions({
  ...{ count: 900, good: 0.8, environment: 'production' },
  attributes: (n) => [`input.language=${n % 3 === 0 ? 'de' : 'en'}`],
});

export const cases: FleetCase[] = [
  {
    name: 'production fails more often than evaluation, where nobody asked in German',
    example: true,
    signals: merged(evaluation(0.95), mixed),
    finds: [{ pattern: 'production_gap', agent: 'support', severity: 'medium', type: 'worse' }],
  },
  {
    name: 'production is far less reliable',
    signals: merged(evaluation(0.95), production(0.65)),
    finds: [{ severity: 'high', type: 'worse' }],
  },
  {
    name: 'production is more reliable: an observation',
    signals: merged(evaluation(0.7), production(0.95)),
    finds: [{ severity: 'info', type: 'better' }],
  },
  {
    name: 'production is as reliable, but sees requests that evaluation never saw',
    signals: merged(evaluation(0.8), mixed),
    finds: [{ severity: 'low', type: 'unseen' }],
  },
  { name: 'production is like evaluation', signals: merged(evaluation(0.9), production(0.9)), finds: [] },
  { name: 'an evaluation of a handful', signals: merged(evaluation(1, 12), mixed), finds: [] },
  {
    name: 'two environments of which none is production',
    signals: merged(evaluation(0.95), sessions({ count: 900, good: 0.7, environment: 'staging' })),
    finds: [],
  },
  {
    name: 'what production has only now and then, evaluation may have missed by chance',
    signals: merged(
      evaluation(0.9),
      sessions({
        ...{ count: 900, good: 0.9, environment: 'production' },
        attributes: (n) => [`input.language=${n % 150 === 0 ? 'de' : 'en'}`],
      }),
    ),
    finds: [],
  },
];

import type { FleetCase } from './fleet-cases.ts';
import { afterwards, merged, revised, sessions } from './observed-sessions.fixture.ts';

const before = sessions({ count: 1_000, good: 0.92, release: '2.3.0', environment: 'production' });
const after = (good: number, count = 600) =>
  sessions({ count, good, from: 1_000, release: '2.4.0', environment: 'production' });
const good = after(0.92);

export const cases: FleetCase[] = [
  {
    name: 'a release after which ten of a hundred sessions more go wrong',
    example: true,
    signals: [...before, ...after(0.8)],
    finds: [
      { pattern: 'reliability_regression', agent: 'support', release: '2.4.0', severity: 'medium', type: 'worse' },
    ],
  },
  {
    name: 'a release with which a quarter more goes wrong is grave',
    signals: [...before, ...after(0.65)],
    finds: [{ severity: 'high', type: 'worse' }],
  },
  {
    name: 'a release that is better is an observation',
    signals: [
      ...sessions({ count: 1_000, good: 0.7, release: 'a' }),
      ...sessions({ count: 600, good: 0.88, from: 1_000, release: 'b' }),
    ],
    finds: [{ release: 'b', severity: 'info', type: 'better' }],
  },
  { name: 'a release like the one before', signals: [...before, ...good], finds: [] },
  { name: 'few sessions of a release', signals: [...before, ...after(0.5, 20)], finds: [] },
  {
    name: 'both releases fall at once while both are in use: that is not the release',
    signals: merged(
      before,
      sessions({ count: 400, good: 0.7, from: 1_000, release: '2.4.0', environment: 'production' }),
      sessions({ count: 400, good: 0.7, from: 1_000, release: '2.3.0', environment: 'production' }),
    ),
    finds: [],
  },
  {
    name: 'the new release is used in another environment only, where all is harder',
    signals: [...before, ...sessions({ count: 400, good: 0.6, from: 1_000, release: '2.4.0', environment: 'staging' })],
    finds: [],
  },
  {
    name: 'what it was told is taken back when the verdicts of its sessions are revised',
    signals: afterwards(
      [...before, ...after(0.8)],
      revised(
        after(0.8)
          .filter(({ body }) => body.session?.verdict === 'suspect')
          .slice(0, 75),
        'correct',
      ),
    ),
    finds: [],
  },
  {
    name: 'sessions that another agent led are not counted',
    signals: [...before, ...after(0.7).map((signal) => ({ ...signal, key: 'helper' }))],
    finds: [],
  },
  {
    name: 'releases are not named',
    signals: sessions({ count: 500, good: 0.5, environment: 'production' }),
    finds: [],
  },
];

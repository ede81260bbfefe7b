import type { FleetCase } from './fleet-cases.ts';
import { type SessionsLike, sessions } from './observed-sessions.fixture.ts';

const TOOLS = ['support/tool/get_order', 'support/tool/search_orders', 'support/tool/send_mail'];

/** Each use all tools; those that fail go wrong at the n-th of them. */
const failingAt = (toolOf: (n: number) => number, like: Pick<SessionsLike, 'count' | 'good'>) => {
  let failing = 0;
  return sessions({
    ...like,
    steps: (_, isGood) => {
      const at = isGood ? -1 : toolOf(failing++);
      return ['support/llm/', ...TOOLS.map((tool, i) => (i === at ? `${tool}!!` : tool))];
    },
  });
};

export const cases: FleetCase[] = [
  {
    name: 'one of three tools makes most failing sessions fail',
    example: true,
    signals: failingAt((n) => (n % 5 === 0 ? 0 : 1), { count: 500, good: 0.8 }),
    finds: [
      { pattern: 'brittle_step', agent: 'support', step: TOOLS[1] ?? '', tool: 'search_orders', severity: 'high' },
    ],
  },
  {
    name: 'a tool has a good part in what fails, beside others',
    signals: failingAt((n) => [1, 1, 1, 0, 2][n % 5] ?? 0, { count: 700, good: 0.8 }),
    finds: [{ tool: 'search_orders', severity: 'medium' }],
  },
  {
    name: 'sessions go wrong at every tool alike',
    signals: failingAt((n) => n % 3, { count: 900, good: 0.7 }),
    finds: [],
  },
  {
    name: 'one tool is all that ever fails, and hardly ever does',
    signals: failingAt(() => 1, { count: 1_500, good: 0.985 }),
    finds: [],
  },
  { name: 'a few failures at one tool', signals: failingAt(() => 1, { count: 40, good: 0.9 }), finds: [] },
  {
    name: 'all of a handful of failures are at one tool, of ten sessions',
    signals: failingAt(() => 1, { count: 10, good: 0.3 }),
    finds: [],
  },
  {
    name: 'a tool fails in every other session and is recovered from',
    signals: sessions({ count: 500, good: 1, steps: (n) => [...TOOLS, `support/tool/flaky${n % 2 ? '!' : ''}`] }),
    finds: [],
  },
];

import { drawsOf } from '../statistics/draws.fixture.ts';
import type { FleetCase, ToldSignal } from './fleet-cases.ts';
import { merged, type SessionsLike, sessions } from './observed-sessions.fixture.ts';

const SEARCH = 'support/tool/search_orders';
const STEPS = ['support/llm/', SEARCH, 'support/tool/send_mail'];

/** What sessions are like, each of its own. */
interface Drawn {
  language: string;
  length: string;
  model: string;
  hours: string;
}

export interface Planted {
  count: number;
  seed: number;
  /** Chance that a session goes wrong. */
  risk: (drawn: Drawn) => number;
  /** Default: everything is drawn. */
  like?: Partial<Drawn>;
  place?: Pick<SessionsLike, 'from' | 'release' | 'environment'>;
}

/** Sessions that go wrong at one step by chance, the more so the greater the risk of what they are like. */
export function planted({ count, seed, risk, like, place }: Planted): ToldSignal[] {
  const draw = drawsOf(seed);
  const pick = (values: readonly string[]): string => values[Math.floor(draw() * values.length)] ?? '';
  const all = Array.from({ length: count }, () => {
    const drawn: Drawn = {
      language: pick(['en', 'en', 'en', 'de', 'fr']),
      length: pick(['up to 100', 'up to 500', 'over 2000']),
      model: pick(['m-small', 'm-large']),
      hours: pick(['0–4', '8–12', '12–16', '16–20']),
      ...like,
    };
    return { drawn, isGood: draw() >= risk(drawn) };
  });
  return all.flatMap(({ drawn, isGood }, n) =>
    sessions({
      ...place,
      ...{ count: 1, good: Number(isGood), from: (place?.from ?? 0) + n },
      attributes: () => [
        `input.language=${drawn.language}`,
        `input.length=${drawn.length}`,
        `model=${drawn.model}`,
        `time.hours=${drawn.hours}`,
      ],
      steps: () => (isGood ? STEPS : STEPS.map((step) => (step === SEARCH ? `${SEARCH}!!` : step))),
    }),
  );
}

const isGerman = ({ language }: Drawn): boolean => language === 'de';
const isLong = ({ length }: Drawn): boolean => length === 'over 2000';

export const cases: FleetCase[] = [
  {
    name: 'long German requests fail at a step',
    example: true,
    signals: planted({ count: 700, seed: 3, risk: (drawn) => (isGerman(drawn) && isLong(drawn) ? 0.7 : 0.03) }),
    finds: [{ pattern: 'failure_condition', step: SEARCH, tool: 'search_orders', type: 'pair', severity: 'medium' }],
  },
  {
    name: 'German requests fail, however long they are: a pair would add nothing',
    signals: planted({ count: 500, seed: 4, risk: (drawn) => (isGerman(drawn) ? 0.6 : 0.03) }),
    finds: [{ step: SEARCH, type: 'single', severity: 'high' }],
  },
  {
    name: 'two values that fail each for itself are two conditions',
    signals: planted({ count: 900, seed: 5, risk: (drawn) => (isGerman(drawn) || isLong(drawn) ? 0.4 : 0.02) }),
    finds: [{ type: 'single' }, { type: 'single' }],
  },
  {
    name: 'every session may fail: what they are like has nothing to do with it',
    signals: planted({ count: 900, seed: 6, risk: () => 0.2 }),
    finds: [],
  },
  {
    name: 'a release that fails brought another model: the model explains nothing beyond it',
    signals: merged(
      planted({ count: 400, seed: 7, risk: () => 0.03, like: { model: 'm-small' }, place: { release: '1' } }),
      planted({ count: 400, seed: 8, risk: () => 0.4, like: { model: 'm-large' }, place: { release: '2', from: 400 } }),
    ),
    finds: [],
  },
  {
    name: 'an evening on which much failed does not make evenings a condition',
    signals: merged(
      planted({ count: 500, seed: 9, risk: () => 0.02 }),
      planted({ count: 60, seed: 10, risk: () => 0.9, like: { hours: '20–24' }, place: { from: 500 } }),
      planted({ count: 40, seed: 11, risk: () => 0.02, like: { hours: '20–24' }, place: { from: 560 } }),
    ),
    finds: [],
  },
  {
    name: 'a handful of failures that are alike',
    signals: planted({ count: 60, seed: 12, risk: (drawn) => (isGerman(drawn) && isLong(drawn) ? 1 : 0) }),
    finds: [],
  },
];

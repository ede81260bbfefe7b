import { faultNames } from '@spanwise/simulate';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseEvaluateCommand } from './command-line.ts';
import { evaluateFleet } from './evaluation.ts';
import { confusionOf, detailsOf, type Evaluated, reportOf, tableOf } from './report.ts';
import { aucOf, brierOf } from './verdicts.ts';

const fleet = { preset: 'fleet', sessions: 40, seed: 4, convention: 'all' };

describe('an evaluation', () => {
  let evaluated: Evaluated;
  beforeAll(async () => {
    evaluated = await evaluateFleet(fleet);
  });

  test('judges every span of every session', () => {
    expect(evaluated.problems).toEqual([]);
    expect(evaluated.evaluation.sessions).toBe(fleet.sessions);
    expect(evaluated.spans).toBeGreaterThan(500);
    const { patterns } = reportOf(evaluated);
    expect(patterns.map(({ pattern }) => pattern)).toEqual(expect.arrayContaining([...faultNames]));
  });

  test('says the same each time', async () => {
    expect(reportOf(await evaluateFleet(fleet))).toEqual(reportOf(evaluated));
  });

  test('finds what is easy to find', async () => {
    const easy = {
      ...fleet,
      preset: 'small',
      sessions: 30,
      faults: ['retry_storm'],
      faultShare: 0.8,
      negativeShare: 0,
    };
    const [storm] = reportOf(await evaluateFleet(easy)).patterns;
    expect(storm).toMatchObject({ pattern: 'retry_storm', precision: 1, recall: 1, localisation: 1 });
    expect(storm?.injected).toBeGreaterThan(10);
  });

  test('of one convention is of the same sessions', async () => {
    const truths = async (convention: string) => {
      const { evaluation } = await evaluateFleet({ ...fleet, sessions: 12, convention });
      return evaluation.patterns.map(({ pattern, injected }) => [pattern, injected]);
    };
    expect(await truths('vercel-ai')).toEqual(await truths('openinference'));
  });

  test('is told as a table, as a report and in detail', () => {
    expect(tableOf(evaluated)).toContain('priority_inversion');
    expect(Object.keys(reportOf(evaluated))).toEqual(
      'ok preset seed sessions spans convention patterns verdict'.split(' '),
    );
    expect(detailsOf(evaluated).patterns[0]).toHaveProperty('lagP50Ms');
  });

  test.each([
    [{ preset: 'huge' }, "there is no preset 'huge'"],
    [{ convention: 'morse' }, "there is no convention 'morse'"],
    [{ faults: ['boredom'] }, "there is no fault 'boredom'"],
  ])('refuses %o', async (wrong, message) => {
    await expect(evaluateFleet({ ...fleet, ...wrong })).rejects.toThrow(message);
  });
});

test('a verdict is good when failed sessions rank first, and its probabilities are near the truth', () => {
  const good = [0.1, 0.2, 0.8, 0.9].map((probability) => ({ probability, failed: probability > 0.5 }));
  expect(aucOf(good)).toBe(1);
  expect(brierOf(good)).toBeCloseTo(0.025, 6);
  expect(aucOf(good.map((each) => ({ ...each, probability: 0.4 })))).toBe(0.5);
  expect(aucOf([])).toBeNull();
  expect(brierOf([])).toBeNull();
});

test('confusion counts what was found at what', () => {
  const mistake = { kind: 'spurious', pattern: 'a', instead: 'b x', clean: false } as const;
  expect(confusionOf([mistake, { ...mistake, pattern: 'c' }, mistake, { ...mistake, kind: 'missed' }])).toEqual([
    { there: 'b x', found: 'a', times: 2 },
    { there: 'b x', found: 'c', times: 1 },
  ]);
});

test('a fleet has a history without faults, which is not among the sessions asked for', async () => {
  const evaluated = await evaluateFleet({ ...fleet, sessions: 4, history: 9, faultShare: 1, negativeShare: 0 });
  const { sessions, cleanSessions } = evaluated.evaluation;
  expect(sessions).toBe(13);
  expect(cleanSessions).toBeGreaterThanOrEqual(9);
  expect(reportOf(evaluated).sessions).toBe(4);
});

test.each([
  [['--sessions', '0'], '--sessions takes a whole number from 1 on'],
  [['--history', 'long'], '--history takes a whole number'],
  [['--seed', 'x'], '--seed takes a whole number'],
  [['--fault-share', '2'], '--fault-share takes a share from 0 to 1'],
  [['--boredom'], 'boredom'],
])('the command line refuses %o', (args, message) => {
  expect(() => parseEvaluateCommand(args)).toThrow(message);
});

test('an evaluation that is called off ends at once', async () => {
  const stop = new AbortController();
  const onProgress = () => stop.abort(new Error('enough'));
  await expect(evaluateFleet({ ...fleet, sessions: 5_000 }, { onProgress, signal: stop.signal })).rejects.toThrow(
    'enough',
  );
});

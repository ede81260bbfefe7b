import { RunJudge, runDetectors } from '@spanwise/detectors';
import { describe, expect, test } from 'vitest';
import { generateRuns } from '../generate.ts';
import { releasedSpans } from './delivery.ts';
import { judgedRuns } from './judged-runs.ts';
import { evaluate } from './score.ts';

const runs = [...generateRuns({ seed: 7, count: 60 })];

describe('simulated runs', () => {
  test('are released whole, each span once, in the order of time', () => {
    for (const run of runs) {
      const released = releasedSpans(run);
      expect(new Set(released.map(({ span }) => span.spanId)).size).toBe(run.spans.length);
      const times = released.map(({ atMs }) => atMs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });

  test('are judged alike each time', () => {
    const judged = () => [...judgedRuns(runs, new RunJudge({ detectors: runDetectors() }))];
    expect(judged()).toEqual(judged());
  });

  test('have each incident told once: no recovery is found twice', () => {
    const { patterns } = evaluate(judgedRuns(runs, new RunJudge({ detectors: runDetectors() })));
    const score = patterns.find(({ pattern }) => pattern === 'recovery');
    expect(score?.truths).toBeGreaterThan(5);
    expect(score).toMatchObject({ spurious: 0, found: score?.truths });
  });
});

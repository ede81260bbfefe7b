import { describe, expect, test } from 'vitest';
import { SessionSource } from '../generate.ts';
import { Random } from '../random.ts';
import type { SimulatedRun } from '../run.ts';
import { faultsOf, spanOf } from '../runs.fixture.ts';
import { sharedFaultNames } from '../truth.ts';
import { episodes, lawfulEpisodes } from './episodes.ts';

const runsOf = (mix: { faults?: string[]; negatives?: string[] }, seed = 11): SimulatedRun[][] => {
  const share = mix.faults ? { faultShare: 1, negativeShare: 0 } : { faultShare: 0, negativeShare: 1 };
  const source = new SessionSource({
    seed,
    preset: 'shared',
    conventions: ['otel-genai'],
    runs: [1],
    ...share,
    ...mix,
  });
  return Array.from({ length: 20 }, (_, i) => source.session(i, 1_000_000 + i));
};

describe('what happens over several conversations', () => {
  test('is one episode for each fault', () => {
    expect(episodes.map(({ fault }) => fault)).toEqual(sharedFaultNames);
    expect(lawfulEpisodes.every(({ isLawful }) => isLawful)).toBe(true);
  });

  test.each(sharedFaultNames)('%s speaks of spans that are sent, whichever run they are in', (fault) => {
    for (const runs of runsOf({ faults: [fault] })) {
      const sent = new Set(runs.flatMap(({ spans }) => spans.map(({ span }) => span.spanId)));
      const truths = runs.flatMap((run) => faultsOf(run.truths).map((truth) => ({ run, truth })));
      expect(truths.filter(({ truth }) => truth.primary).map(({ truth }) => truth.pattern)).toEqual([fault]);
      for (const { run, truth } of truths) {
        spanOf(run, truth.spanId);
        for (const spanId of [truth.rootCauseSpanId, ...truth.otherCauses]) expect(sent).toContain(spanId);
        expect(truth.spans).toContain(truth.spanId);
      }
    }
  });

  test.each(sharedFaultNames.filter((fault) => fault !== 'identity_drift'))(
    '%s takes more than one conversation',
    (fault) => {
      for (const runs of runsOf({ faults: [fault] }))
        expect(new Set(runs.map(({ sessionId }) => sessionId)).size).toBeGreaterThan(1);
    },
  );

  test.each(lawfulEpisodes.map(({ name }) => name))('%s has no fault', (name) => {
    for (const runs of runsOf({ negatives: [name] })) {
      expect(runs.flatMap(({ truths }) => faultsOf(truths))).toEqual([]);
      expect(runs.some(({ truths }) => truths.some((truth) => truth.type === 'negative'))).toBe(true);
    }
  });

  test('begins when it is told to', () => {
    for (const episode of [...episodes, ...lawfulEpisodes]) {
      const times = episode.runs(new Random('times'), 0.5).map(({ afterMs }) => afterMs);
      expect(Math.min(...times)).toBe(0);
    }
  });
});

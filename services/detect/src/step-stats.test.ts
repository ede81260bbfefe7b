import { currentSchema } from '@spanwise/schemas';
import { expect, test } from 'vitest';
import type { StepSample } from './step-sample.ts';
import { StepStatsAggregator } from './step-stats.ts';

const sample: StepSample = {
  tenant: 'default',
  agent: 'refunds',
  kind: 'llm',
  tool: '',
  model: 'm-1',
  release: '1.0',
  environment: 'production',
  end: 1_795_320_001_000_000,
  durationNs: 2_000_000,
  failed: false,
  inputTokens: 100,
  outputTokens: 10,
  costUsd: 0.5,
};

function statsOf(samples: readonly StepSample[]) {
  const aggregator = new StepStatsAggregator();
  for (const each of samples) aggregator.add(each);
  return aggregator.flush(1_795_320_002_000_000);
}

test('samples of one step in one minute are one sum', () => {
  expect(statsOf([sample, { ...sample, failed: true, durationNs: 3_000_000 }])).toMatchObject([
    { spanCount: 2, errorCount: 1, inputTokens: 200, costUsd: 1, durationSumNs: 5_000_000, durationMaxNs: 3_000_000 },
  ]);
});

test('what was given out is forgotten', () => {
  const aggregator = new StepStatsAggregator();
  aggregator.add({ ...sample, durationNs: 2 ** 53 - 2 });
  aggregator.add({ ...sample, durationNs: 2 ** 53 - 2 });
  expect(aggregator.flush(1)).toHaveLength(2);
  expect(aggregator.flush(2)).toEqual([]);
});

test('a duration that was rounded beyond the largest is the largest', () => {
  expect(statsOf([{ ...sample, durationNs: 9_007_199_254_741_000 }])).toMatchObject([
    { durationSumNs: 2 ** 53 - 2, durationMaxNs: 2 ** 53 - 2 },
  ]);
});

test.each(['durationNs', 'inputTokens', 'outputTokens'] as const)(
  'no sum of %s exceeds what a record holds, and none is lost',
  (name) => {
    const stats = statsOf([sample, ...Array.from({ length: 3 }, () => ({ ...sample, [name]: 2 ** 53 - 2 }))]);
    for (const each of stats) expect(currentSchema('StepStats').avroType.isValid(each)).toBe(true);
    expect(stats.reduce((sum, { spanCount }) => sum + spanCount, 0)).toBe(4);
    const sums = stats.map((each) => BigInt(each[name === 'durationNs' ? 'durationSumNs' : name]));
    expect(sums.reduce((sum, each) => sum + each)).toBe(BigInt(sample[name]) + 3n * (2n ** 53n - 2n));
  },
);

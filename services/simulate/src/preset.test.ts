import { expect, test } from 'vitest';
import { generateRuns } from './generate.ts';

test('users of a fleet over weeks come back after days', () => {
  const byConversation = Map.groupBy(generateRuns({ seed: 2, preset: 'weeks', count: 200 }), (run) => run.sessionId);
  const spans = [...byConversation.values()].map((runs) => (runs.at(-1)?.startMs ?? 0) - (runs[0]?.startMs ?? 0));
  expect(spans.filter((ms) => ms > 86_400_000).length).toBeGreaterThan(5);
});

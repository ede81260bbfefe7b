import { expect, test } from 'vitest';
import { progressLine, progressText } from './progress.ts';

const progress = {
  ...{ spansSent: 12_345, spansResent: 0, requests: 90, retries: 0, sessions: 210, runs: 400 },
  ...{ injected: { recovery: 30, retry_storm: 11 }, fleetTimeMs: Date.UTC(2026, 0, 5, 6, 7, 8) },
};

test('totals are told in words', () => {
  expect(progressText(progress, 400.4)).toBe('2026-01-05 06:07:08, 12,345 spans (400/s), 210 sessions, 41 faults');
  expect(progressText({ ...progress, retries: 2, spansResent: 5 }, 0)).toMatch(/2 retries, 5 sent twice$/);
});

test('totals are told to programs as a line of JSON', () => {
  expect(JSON.parse(progressLine(progress))).toEqual(progress);
  expect(progressLine(progress).match(/\n/g)).toHaveLength(1);
});

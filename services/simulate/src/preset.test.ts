import { expect, test } from 'vitest';
import { generateRuns } from './generate.ts';
import { paceOn, presetOf, releaseOn } from './preset.ts';
import { Random } from './random.ts';

test('users of a fleet over weeks come back after days', () => {
  const byConversation = Map.groupBy(generateRuns({ seed: 2, preset: 'weeks', count: 200 }), (run) => run.sessionId);
  const spans = [...byConversation.values()].map((runs) => (runs.at(-1)?.startMs ?? 0) - (runs[0]?.startMs ?? 0));
  expect(spans.filter((ms) => ms > 86_400_000).length).toBeGreaterThan(5);
});

test('on a slow day everything takes longer, and only on it', () => {
  const preset = presetOf('weeks');
  const days = Array.from({ length: 200 }, (_, day) => day);
  const paces = days.map((day) => paceOn(day, preset, 7));
  expect(days.map((day) => paceOn(day + 0.9, preset, 7))).toEqual(paces);
  const slow = paces.filter((pace) => pace > 1).length / paces.length;
  expect(slow).toBeGreaterThan(preset.slowDayShare / 2);
  expect(slow).toBeLessThan(preset.slowDayShare * 2);
  expect(days.map((day) => paceOn(day, preset, 8))).not.toEqual(paces);
});

test('a release reaches few at first, then all, until the next one comes', () => {
  const preset = presetOf('weeks');
  const random = new Random(1);
  const shareOf = (release: string, day: number) =>
    Array.from({ length: 500 }, () => releaseOn(day, preset, random)).filter((each) => each === release).length / 500;
  const { releaseEveryDays } = preset;
  expect(shareOf('2.0.0', 0)).toBe(1);
  expect(shareOf('2.1.0', releaseEveryDays)).toBeCloseTo(0.1, 1);
  expect(shareOf('2.1.0', releaseEveryDays + 1)).toBeCloseTo(0.5, 1);
  expect(shareOf('2.1.0', releaseEveryDays + 2)).toBe(1);
  expect(shareOf('2.2.0', 2 * releaseEveryDays)).toBeCloseTo(0.1, 1);
});

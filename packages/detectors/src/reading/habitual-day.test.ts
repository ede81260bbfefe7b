import { expect, test } from 'vitest';
import { isHabitualDay } from './habitual-day.ts';

test.each([
  ['2026-08-13', '2026-08-12', true],
  ['2026-08-26', '2026-08-12', true],
  ['2025-08-13', '2026-08-12', true],
  ['2026-08-10', '2026-08-07', true],
  ['2026-09-01', '2026-08-12', true],
  ['2026-08-31', '2026-08-12', true],
  ['--08-17', '2026-08-12', true],
  ['2026-08-17', '2026-08-12', false],
  ['2026-09-02', '2026-08-12', false],
])('%s follows from %s by habit: %s', (day, from, is) => expect(isHabitualDay(day, from)).toBe(is));

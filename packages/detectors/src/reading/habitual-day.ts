import { daysBetween } from './arithmetic.ts';

/** Days to the same weekday of the next weeks, of a month and a year before. */
const SAME_WEEKDAY = new Set([7, 14, 28, 364]);
const MOST_ROLLED = 3;

/**
 * A day that follows from another one by habit: the day before or after, the same weekday a week or two, four weeks or a year
 * away, the next one that is no weekend's, the first or last of a month. So is one without a year.
 */
export function isHabitualDay(day: string, from: string): boolean {
  const days = daysBetween(from, day);
  if (!(Math.abs(days) > 1) || SAME_WEEKDAY.has(Math.abs(days)) || isEndOfMonth(day)) return true;
  return Math.abs(days) <= MOST_ROLLED && (isNearWeekend(from) || isNearWeekend(day));
}

const isEndOfMonth = (date: string): boolean => {
  const next = new Date(`${date}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return date.endsWith('-01') || next.getUTCDate() === 1;
};

const isNearWeekend = (date: string): boolean => [5, 6, 0, 1].includes(new Date(`${date}T00:00:00Z`).getUTCDay());

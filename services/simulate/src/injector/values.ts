import type { CallSite } from '../plan/sites.ts';
import type { Random } from '../random.ts';

/** Lets the model ask for a call with other arguments than the clean run's. */
export function askWith({ inference, tool }: CallSite, given: unknown): void {
  tool.arguments = given;
  inference.calls.splice(0, 1, { id: tool.callId, name: tool.tool, arguments: given });
}

/** A value with every occurrence of one leaf replaced by another. */
export function replaced(value: unknown, from: unknown, to: unknown): unknown {
  if (value === from) return to;
  if (typeof value === 'string' && typeof from === 'string' && from.length > 3)
    return value.replaceAll(from, String(to));
  if (Array.isArray(value)) return value.map((each) => replaced(each, from, to));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaced(each, from, to)]));
}

/** Every leaf of a JSON value with the key it stands under. */
export function leavesOf(value: unknown, key = ''): { key: string; value: unknown }[] {
  if (Array.isArray(value)) return value.flatMap((each) => leavesOf(each, key));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, each]) => leavesOf(each, name));
  return [{ key, value }];
}

const DATE = /^\d{4}-\d\d-\d\d$/;

/** A year is chosen rather than taken over: another one is another question, and none is off by a tenth. */
const isYear = (value: number): boolean => Number.isInteger(value) && value >= 1_990 && value <= 2_040;

/** An identifier, a number or a date: what a model has to take from somewhere. */
export const isTelling = (value: unknown): value is string | number =>
  (typeof value === 'number' && Math.abs(value) >= 20 && !isYear(value)) ||
  (typeof value === 'string' && value.length <= 40 && /\d{3}/.test(value) && !/\s\S+\s/.test(value));

/** Another value of the same form: the more so, the stronger. The shape stays, as a misreading's does. */
export function misread(value: string | number, strength: number, random: Random): string | number {
  if (typeof value === 'number') {
    const factor = random.pick(strength < 0.5 ? [0.9, 1.1] : [0.1, 0.5, 2, 10]);
    const wrong = Math.round(value * factor * 100) / 100;
    return Number.isInteger(value) ? Math.round(wrong) + (Math.round(wrong) === value ? 3 : 0) : wrong + 0.01;
  }
  if (DATE.test(value)) {
    const [year = '', month = '', day = ''] = value.split('-');
    const other = String(((Number(day) + random.integer(2, 9)) % 27) + 1).padStart(2, '0');
    // What models get wrong of a date is the day or the year, not both.
    return strength < 0.6 ? `${year}-${month}-${other}` : `${Number(year) - 1}-${month}-${day}`;
  }
  const digits = [...value].flatMap((character, i) => (/\d/.test(character) ? [i] : []));
  const changed = random.sample(digits, strength < 0.4 ? 1 : strength < 0.7 ? 2 : digits.length);
  return [...value]
    .map((character, i) => (changed.includes(i) ? String((Number(character) + random.integer(1, 9)) % 10) : character))
    .join('');
}

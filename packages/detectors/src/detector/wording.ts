/** Stands in a sentence for the agent: its name may only be resolved after the finding was reported. */
export const AGENT = '{agent}';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const atMostOneDigit = (value: number): string => String(Math.round(value * 10) / 10);

/** A span of time for a person: `40 ms`, `1.7 s`, `12 min`, `3.5 h`. */
export function duration(millis: number): string {
  if (millis < 1_000) return `${Math.round(millis)} ms`;
  if (millis < MINUTE_MS) return `${atMostOneDigit(millis / 1_000)} s`;
  if (millis < HOUR_MS) return `${Math.round(millis / MINUTE_MS)} min`;
  return `${atMostOneDigit(millis / HOUR_MS)} h`;
}

/** `once`, `twice`, `5 times`. */
export const times = (count: number): string => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`);

/** Names in a row: `a`, `a and b`, `a, b and c`. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

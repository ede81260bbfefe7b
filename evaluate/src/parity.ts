import { table } from '@spanwise/local/command';
import { type Evaluated, lineOf, type Report, reportOf } from './report.ts';
import type { Mistake } from './score.ts';

/** Further apart than this, the same fleet is not found the same in each convention. */
export const MOST_APART = 0.03;
const ROUNDING = 1e-9;

const MEASURES = ['recall', 'precision', 'localisation'] as const;

/** A measure of a pattern that depends on the convention in which spans are written. */
export interface Difference {
  readonly pattern: string;
  readonly measure: (typeof MEASURES)[number];
  readonly least: Extreme;
  readonly most: Extreme;
}

interface Extreme {
  readonly convention: string;
  readonly value: number;
}

/** The same fleet in each convention. */
export interface ParityReport {
  /** Every report is ok, and no difference is too large. */
  readonly ok: boolean;
  readonly conventions: readonly Report[];
  /** Beyond `MOST_APART`, the largest first */
  readonly differences: readonly Difference[];
}

export function parityOf(evaluated: readonly Evaluated[]): ParityReport {
  const conventions = evaluated.map(reportOf);
  const differences = differencesOf(conventions);
  return { ok: conventions.every(({ ok }) => ok) && differences.length === 0, conventions, differences };
}

function differencesOf(reports: readonly Report[]): Difference[] {
  const differences = patternsOf(reports).flatMap((pattern) =>
    MEASURES.flatMap((measure) => {
      const values = reports.flatMap(({ convention, patterns }) => {
        const value = patterns.find((each) => each.pattern === pattern)?.[measure];
        return typeof value === 'number' ? [{ convention, value }] : [];
      });
      const sorted = values.toSorted((a, b) => a.value - b.value);
      const [least, most] = [sorted[0], sorted.at(-1)];
      return least && most ? [{ pattern, measure, least, most }] : [];
    }),
  );
  return differences.filter((each) => apart(each) > MOST_APART + ROUNDING).toSorted((a, b) => apart(b) - apart(a));
}

const apart = ({ least, most }: Difference): number => most.value - least.value;

/** A table of each measure, a column for each convention, then what is too far apart. */
export function parityTable({ conventions, differences }: ParityReport): string {
  const tables = MEASURES.map((measure) => {
    const rows = patternsOf(conventions).map((pattern) => {
      const found = conventions.map(({ patterns }) => patterns.find((each) => each.pattern === pattern));
      return [pattern, found[0]?.injected ?? 0, ...found.map((each) => each?.[measure]?.toFixed(3) ?? '–')];
    });
    return table([measure, 'injected', ...conventions.map(({ convention }) => convention)], rows);
  });
  const lines = differences.map(
    ({ measure, pattern, least, most }) => `  ${measure} of ${pattern}: ${inWords(least)}, ${inWords(most)}`,
  );
  const conclusion =
    lines.length > 0
      ? [`Further apart than ${MOST_APART}:`, ...lines]
      : [`Nothing is further apart than ${MOST_APART}.`];
  return `${tables.join('\n\n')}\n\n${conclusion.join('\n')}\n`;
}

const inWords = ({ convention, value }: Extreme): string => `${value.toFixed(3)} in ${convention}`;

/** Lines of JSON for what is missed, found wrongly or at the wrong place in some conventions but not in all: what parity fails by. */
export function unequalMistakes(evaluated: readonly Evaluated[], isWanted: (pattern: string) => boolean): string[] {
  const byPlace = new Map<string, { mistake: Mistake; conventions: string[] }>();
  for (const { convention, evaluation } of evaluated) {
    for (const mistake of evaluation.mistakes) {
      const { kind, pattern, truth, finding } = mistake;
      if (!isWanted(pattern) || kind === 'other_cause') continue;
      const { traceId, spanId } = truth ?? finding ?? {};
      const key = `${kind} ${pattern} ${traceId} ${spanId}`;
      const place = byPlace.get(key) ?? { mistake, conventions: [] };
      place.conventions.push(convention);
      byPlace.set(key, place);
    }
  }
  return [...byPlace.values()]
    .filter(({ conventions }) => conventions.length < evaluated.length)
    .map(({ mistake, conventions }) => `${conventions.join(', ')}: ${lineOf(mistake)}`);
}

/** In the order in which they are first told. */
const patternsOf = (reports: readonly Report[]): string[] => [
  ...new Set(reports.flatMap(({ patterns }) => patterns.map(({ pattern }) => pattern))),
];

import type { PatternReport } from './report.ts';

/** What an evaluation has to show of each pattern to be `ok`. */
export const bounds = {
  /** Of a pattern that was injected, at least so much */
  precision: 0.95,
  recall: 0.9,
  localisation: 0.9,
  /** Of every pattern, fewer than so many per 1,000 clean sessions */
  falseAlarms: 1,
} as const;

const SHARES = ['precision', 'recall', 'localisation'] as const;

/** In words, what of a pattern is out of bounds. Shares are judged as they are, whatever their intervals: inject enough. */
export function outOfBounds(report: PatternReport): string[] {
  const missed = SHARES.filter((name) => report.injected > 0 && (report[name] ?? 0) < bounds[name]).map(
    (name) => `${name} ${report[name]?.toFixed(3) ?? 'of nothing'} is below ${bounds[name]}`,
  );
  const alarms = report.falseAlarmsPerThousandCleanSessions ?? 0;
  const alarmed = alarms < bounds.falseAlarms ? [] : [`${alarms.toFixed(1)} false alarms per 1,000 clean sessions`];
  return [...missed, ...alarmed].map((what) => `${report.pattern}: ${what}`);
}

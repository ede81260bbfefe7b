import type { Evaluation, Mistake } from './score.ts';

/** A share with its counts and its 95 % interval (Wilson 1927); null of nothing. */
export interface Share {
  readonly share: number;
  readonly of: number;
  readonly low: number;
  readonly high: number;
}

const Z = 1.96;

export function shareOf(part: number, whole: number): Share | null {
  if (whole === 0) return null;
  const share = part / whole;
  const spread = (Z * Math.sqrt((share * (1 - share)) / whole + (Z * Z) / (4 * whole * whole))) / (1 + (Z * Z) / whole);
  const middle = (share + (Z * Z) / (2 * whole)) / (1 + (Z * Z) / whole);
  return { share, of: whole, low: Math.max(0, middle - spread), high: Math.min(1, middle + spread) };
}

/** The evaluation as plain JSON: shares with counts and intervals. */
export function reportOf({ runs, cleanRuns, alarmedCleanRuns, patterns }: Evaluation) {
  return {
    runs,
    cleanRuns,
    alarmedCleanRuns,
    falseAlarmsPer1000CleanRuns: cleanRuns === 0 ? null : (1_000 * alarmedCleanRuns) / cleanRuns,
    patterns: patterns.map((score) => ({
      ...score,
      precision: shareOf(score.findings - score.spurious, score.findings),
      recall: shareOf(score.found, score.truths),
      localisation: shareOf(score.localised, score.found),
      rootCause: shareOf(score.rootCauses, score.found),
      falseAlarmsPer1000CleanRuns: cleanRuns === 0 ? null : (1_000 * score.falseAlarms) / cleanRuns,
    })),
  };
}

export type Report = ReturnType<typeof reportOf>;

const HEADINGS = ['pattern', 'truths', 'findings', 'precision', 'recall', 'place', 'root cause', 'false/1000 clean'];

/** The report as a table of text. */
export function tableOf(report: Report): string {
  const rows = report.patterns.map((each) => [
    each.pattern,
    String(each.truths),
    String(each.findings),
    written(each.precision),
    written(each.recall),
    written(each.localisation),
    written(each.rootCause),
    `${(each.falseAlarmsPer1000CleanRuns ?? 0).toFixed(1)} (${each.falseAlarms})`,
  ]);
  const all = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
  const lines = all.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const alarms = report.falseAlarmsPer1000CleanRuns ?? 0;
  return `${lines.join('\n')}\n\n${report.runs} runs, ${report.cleanRuns} clean, ${report.alarmedCleanRuns} of them with a false alarm (${alarms.toFixed(1)} per 1,000)\n`;
}

const written = (share: Share | null): string =>
  share ? `${share.share.toFixed(3)} [${share.low.toFixed(2)}, ${share.high.toFixed(2)}]` : '–';

/** One mistake as a line of JSON, with what is needed to look it up. */
export function lineOf({ kind, pattern, truth, finding, clean }: Mistake): string {
  const { variant, scenario, convention } = truth ?? {};
  const { severity, summary } = finding ?? {};
  const { traceId, spanId } = truth ?? finding ?? {};
  return JSON.stringify({ kind, pattern, clean, variant, scenario, convention, severity, traceId, spanId, summary });
}

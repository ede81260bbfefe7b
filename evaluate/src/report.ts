import { outOfBounds } from './bounds.ts';
import { type CampaignsScore, campaignRows, campaignsReport } from './campaigns.ts';
import { type Share, shareOf } from './interval.ts';
import type { Evaluation, Mistake, PatternScore, StandingFinding } from './score.ts';

/** What was evaluated, and how well. */
export interface Evaluated {
  readonly preset: string;
  readonly seed: number;
  readonly spans: number;
  /** `all`, or the only one */
  readonly convention: string;
  /** Conversations without faults before those that were asked for; they count as clean ones. */
  readonly history: number;
  readonly evaluation: Evaluation;
  readonly verdict: { readonly auc: number | null; readonly brier: number | null };
  /** What holds over the fleet and not in single sessions */
  readonly campaigns: CampaignsScore;
  /** Those that stand in the end */
  readonly findings: readonly StandingFinding[];
  /** What could not be processed; the evaluation is void unless there is none. */
  readonly problems: readonly string[];
}

/** What the report says of one pattern. */
export interface PatternReport {
  readonly pattern: string;
  readonly injected: number;
  readonly detected: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly localisation: number | null;
  readonly rootCauseAccuracy: number | null;
  readonly falseAlarmsPerThousandCleanSessions: number | null;
  readonly delayP99Ms: number | null;
}

/** The report as other programs read it. Shares of nothing are null. */
export interface Report {
  /** Everything was judged, and every pattern keeps the bounds. */
  readonly ok: boolean;
  readonly preset: string;
  readonly seed: number;
  /** Without the history */
  readonly sessions: number;
  /** Distinct ones, those of the history included */
  readonly spans: number;
  readonly convention: string;
  readonly patterns: readonly PatternReport[];
  readonly verdict: Evaluated['verdict'];
  /** Only of a fleet with campaigns */
  readonly campaigns?: ReturnType<typeof campaignsReport>;
}

export function reportOf({
  preset,
  seed,
  spans,
  convention,
  history,
  evaluation,
  verdict,
  campaigns,
  problems,
}: Evaluated): Report {
  const patterns = evaluation.patterns.map((score) => ({
    pattern: score.pattern,
    injected: score.injected,
    detected: score.detected,
    precision: rate(score.findings - score.spurious, score.findings),
    recall: rate(score.detected, score.injected),
    localisation: rate(score.localised, score.detected),
    rootCauseAccuracy: rate(score.rootCauses, score.detected),
    falseAlarmsPerThousandCleanSessions: perThousand(score.falseAlarms, evaluation.cleanSessions),
    delayP99Ms: quantileOf(score.delaysMs, 0.99),
  }));
  const ok = problems.length === 0 && patterns.every((pattern) => outOfBounds(pattern).length === 0);
  const acrossSessions = campaigns.campaigns.length === 0 ? {} : { campaigns: campaignsReport(campaigns) };
  const sessions = evaluation.sessions - history;
  return { ok, preset, seed, sessions, spans, convention, patterns, verdict, ...acrossSessions };
}

/** What the report leaves out: counts, intervals, the confusion between patterns, problems. */
export function detailsOf({ evaluation, problems }: Evaluated) {
  const { sessions, cleanSessions, alarmedCleanSessions, patterns, mistakes } = evaluation;
  return {
    sessions,
    cleanSessions,
    alarmedCleanSessions,
    patterns: patterns.map(({ delaysMs, lagsMs, ...score }) => ({
      ...score,
      ...sharesOf(score),
      delayP50Ms: quantileOf(delaysMs, 0.5),
      delayP99Ms: quantileOf(delaysMs, 0.99),
      lagP50Ms: quantileOf(lagsMs, 0.5),
      lagP99Ms: quantileOf(lagsMs, 0.99),
    })),
    confusion: confusionOf(mistakes),
    problems,
  };
}

/** 95 % intervals */
const sharesOf = (score: Omit<PatternScore, 'delaysMs' | 'lagsMs'>) => ({
  precision: shareOf(score.findings - score.spurious, score.findings),
  recall: shareOf(score.detected, score.injected),
  localisation: shareOf(score.localised, score.detected),
  rootCauseAccuracy: shareOf(score.rootCauses, score.detected),
});

/** What was found where something else, or nothing, had been put: by what was there, most frequent first. */
export function confusionOf(mistakes: readonly Mistake[]) {
  const counts = new Map<string, { there: string; found: string; times: number }>();
  for (const { kind, pattern, instead } of mistakes) {
    if (kind !== 'spurious') continue;
    const key = `${instead}\n${pattern}`;
    const cell = counts.get(key) ?? { there: instead, found: pattern, times: 0 };
    cell.times += 1;
    counts.set(key, cell);
  }
  return [...counts.values()].sort((a, b) => b.times - a.times);
}

const HEADINGS = [
  'pattern',
  'injected',
  'detected',
  'precision',
  'recall',
  'right span',
  'root cause',
  'false/1000 clean',
  'delay p99',
  'lag p50',
];

/** The report as a table of text, with intervals. */
export function tableOf(evaluated: Evaluated): string {
  const { evaluation, verdict, spans, history } = evaluated;
  const { cleanSessions, alarmedCleanSessions, sessions, patterns, mistakes } = evaluation;
  const rows = patterns.map((score) => {
    const { precision, recall, localisation, rootCauseAccuracy } = sharesOf(score);
    const alarms = perThousand(score.falseAlarms, cleanSessions);
    return [
      score.pattern,
      String(score.injected),
      String(score.detected),
      ...[precision, recall, localisation, rootCauseAccuracy].map(written),
      `${(alarms ?? 0).toFixed(1)} (${score.falseAlarms})`,
      inMs(quantileOf(score.delaysMs, 0.99)),
      inMs(quantileOf(score.lagsMs, 0.5)),
    ];
  });
  const confusion = confusionOf(mistakes);
  const confused = confusion
    .slice(0, 25)
    .map(({ there, found, times }) => [
      String(times),
      found,
      there === 'nothing' ? 'where nothing was' : `at ${there}`,
    ]);
  const missed = reportOf(evaluated).patterns.flatMap(outOfBounds);
  const alarms = (perThousand(alarmedCleanSessions, cleanSessions) ?? 0).toFixed(1);
  return [
    inColumns([HEADINGS, ...rows]),
    '',
    `${sessions - history} sessions after ${history} without faults (${spans} spans in all), ${cleanSessions} clean, ${alarmedCleanSessions} of them with a false alarm (${alarms} per 1,000)`,
    ...toldAsConsequences(patterns),
    `verdict on sessions: AUC ${verdict.auc?.toFixed(3) ?? '–'}, Brier score ${verdict.brier?.toFixed(3) ?? '–'}`,
    ...toldOfCampaigns(evaluated.campaigns),
    ...(confused.length > 0 ? ['', 'Findings that answer nothing, most frequent first:', inColumns(confused)] : []),
    ...(missed.length > 0 ? ['', 'Out of bounds:', ...missed.map((line) => `  ${line}`)] : []),
    ...evaluated.problems.slice(0, 10).map((problem) => `problem: ${problem}`),
    '',
  ].join('\n');
}

/** What holds over the fleet, and what was told that does not. */
function toldOfCampaigns(score: CampaignsScore): string[] {
  const { planted, found, conditions, firstRanked, weeks, falseAnnouncementsPerWeek } = campaignsReport(score);
  const falseOnes = score.falseAnnouncements.map(({ pattern, agent, summary }) => [pattern, agent, summary]);
  if (planted === 0 && falseOnes.length === 0) return [];
  const perWeek = falseAnnouncementsPerWeek?.toFixed(2) ?? '–';
  return [
    '',
    ...(planted > 0 ? [inColumns(campaignRows(score))] : []),
    `campaigns: ${found} of ${planted} found, ${firstRanked} of ${conditions} conditions ranked first; ${falseOnes.length} false announcements in ${weeks.toFixed(1)} weeks (${perWeek} per week)`,
    ...(falseOnes.length > 0 ? [inColumns(falseOnes.slice(0, 25))] : []),
  ];
}

/** What counts neither way is said, so that nobody takes it for nothing. */
function toldAsConsequences(patterns: readonly PatternScore[]): string[] {
  const some = patterns
    .filter(({ consequences }) => consequences > 0)
    .toSorted((a, b) => b.consequences - a.consequences)
    .map(({ pattern, consequences }) => `${consequences} ${pattern}`);
  return some.length === 0 ? [] : [`told as consequences of findings that are right, not counted: ${some.join(', ')}`];
}

function inColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

const written = (share: Share | null): string =>
  share ? `${share.share.toFixed(3)} [${share.low.toFixed(2)}, ${share.high.toFixed(2)}]` : '–';

const inMs = (value: number | null): string => (value === null ? '–' : `${Math.round(value)} ms`);

const rate = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

const perThousand = (count: number, clean: number): number | null => (clean === 0 ? null : (1_000 * count) / clean);

/** The nearest rank; null of nothing. */
function quantileOf(values: readonly number[], q: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null;
}

/** One mistake as a line of JSON, with what is needed to look it up. */
export function lineOf({ kind, pattern, truth, finding, clean, instead }: Mistake): string {
  const { variant, scenario, convention } = truth ?? {};
  const { severity, summary } = finding ?? {};
  const { traceId } = truth ?? finding ?? {};
  const where = { spanId: truth?.spanId, rootCauseSpanId: truth?.rootCauseSpanId };
  const found = finding && { spanId: finding.spanId, rootCauseSpanId: finding.rootCauseSpanId };
  return JSON.stringify({
    ...{ kind, pattern, clean, instead, variant, scenario, convention, traceId },
    ...{ truth: truth && where, found, severity, summary },
  });
}

import type { DeadLetter } from '@spanwise/schemas';
import { table } from '../command/text-table.ts';
import { traceIdsIn } from '../dead-letters/dead-letter-watch.ts';
import { areaUnderCurve } from './auc.ts';
import type { FileOutcome } from './file-outcome.ts';
import type { Judgements } from './judgements.ts';
import type { Label } from './labels.ts';
import type { RecordedFile } from './recorded-file.ts';

export interface FileReport {
  readonly file: string;
  readonly spansRead: number;
  readonly spansStored: number;
  readonly spansLost: number;
  readonly spansDuplicated: number;
  readonly runs: number;
  readonly sessions: number;
  readonly finalVerdicts: number;
  readonly sessionsByVerdict: Readonly<Record<string, number>>;
  readonly deadLetters: number;
  readonly findingsByPattern: Readonly<Record<string, number>>;
  readonly auc: number | null;
  readonly problems: readonly string[];
}

export interface ReplayReport {
  readonly ok: boolean;
  readonly files: readonly FileReport[];
  /** All that were written meanwhile, whether or not they name a trace of a file */
  readonly deadLetters: number;
  readonly problems: readonly string[];
}

export function fileReport(
  outcome: FileOutcome,
  labels: readonly Label[] | undefined,
  deadLetters: readonly DeadLetter[],
): FileReport {
  const { recorded, stored, duplicated, judgements, missing } = outcome;
  const lost = recorded.uniqueSpans - stored;
  const dead = deadLetters.filter((letter) => [...traceIdsIn(letter)].some((id) => recorded.spans.has(id))).length;
  const problems = [...recorded.problems];
  if (lost > 0) problems.push(`${lost} spans lost`);
  if (duplicated > 0) problems.push(`${duplicated} spans duplicated`);
  if (dead > 0) problems.push(`${dead} dead letters`);
  if (missing !== '') problems.push(`gave up waiting: ${missing}`);
  const final = judgements.sessions.filter((session) => session.final);
  return {
    file: recorded.file,
    spansRead: recorded.spansRead,
    spansStored: stored,
    spansLost: lost,
    spansDuplicated: duplicated,
    runs: judgements.runs.length,
    sessions: judgements.sessions.length,
    finalVerdicts: final.length,
    sessionsByVerdict: countBy(final, (session) => session.verdict),
    deadLetters: dead,
    findingsByPattern: countBy(judgements.findings, (finding) => finding.pattern),
    auc: labels === undefined ? null : areaUnderCurve(judgedCases(judgements, recorded, labels)),
    problems,
  };
}

/** The labels of this file with the failure probability of their session or, where they name none, of their run. */
function judgedCases({ runs, sessions }: Judgements, recorded: RecordedFile, labels: readonly Label[]) {
  const bySession = new Map(sessions.map((session) => [session.sessionId, session.failureProbability]));
  const byTrace = new Map(runs.map((run) => [run.traceId, run.failureProbability]));
  return labels.flatMap(({ sessionId, traceId, failed }) => {
    if (traceId !== undefined && !recorded.spans.has(traceId)) return [];
    const score = bySession.get(sessionId ?? '') ?? byTrace.get(traceId ?? '');
    return score === undefined ? [] : [{ score, failed }];
  });
}

export function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => a.localeCompare(b)));
}

export function replayReport(
  files: readonly FileReport[],
  deadLetters: readonly DeadLetter[],
  others: readonly string[] = [],
): ReplayReport {
  const problems = files.flatMap(({ file, problems: own }) => own.map((problem) => `${file}: ${problem}`));
  if (deadLetters.length > 0) {
    problems.push(
      `${deadLetters.length} dead letters, the first: ${deadLetters[0]?.reason} (${deadLetters[0]?.detail})`,
    );
  }
  problems.push(...others);
  return { ok: problems.length === 0, files, deadLetters: deadLetters.length, problems };
}

/** The report for a person at a terminal. */
export function replaySummary({ files, problems }: ReplayReport): string {
  const counts = (record: Readonly<Record<string, number>>) =>
    Object.entries(record)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || '–';
  const main = table(
    ['file', 'spans', 'stored', 'lost', 'twice', 'runs', 'sessions', 'final', 'dead', 'AUC'],
    files.map((each) => [
      each.file,
      each.spansRead,
      each.spansStored,
      each.spansLost,
      each.spansDuplicated,
      each.runs,
      each.sessions,
      each.finalVerdicts,
      each.deadLetters,
      each.auc === null ? '–' : each.auc.toFixed(3),
    ]),
  );
  const details = files.map(
    (each) =>
      `${each.file}\n  verdicts: ${counts(each.sessionsByVerdict)}\n  findings: ${counts(each.findingsByPattern)}`,
  );
  const wrong = problems.length === 0 ? [] : ['Problems:', ...problems.map((problem) => `  ${problem}`)];
  return [main, '', ...details, ...(wrong.length > 0 ? ['', ...wrong] : [])].join('\n');
}

import { percent } from './floor.ts';
import type { Route } from './load/route.ts';
import type { RecoverySeconds } from './recovery.ts';

/** What a system came out with, disturbed by faults. */
export interface Outcome {
  readonly faults: Readonly<Record<string, number>>;
  /** Kinds that could not be put on here, and why */
  readonly skipped: Readonly<Record<string, string>>;
  readonly spansSent: number;
  /** While faults went on, catching up with them included */
  readonly spansPerSecond: number;
  /** The same by the way that they took */
  readonly spansPerSecondBy: Readonly<Record<Route, number>>;
  /** Requests and messages that were sent once more although they were acknowledged */
  readonly slicesSentTwice: number;
  readonly spansStored: number;
  readonly spansLost: number;
  /** Stored twice, or counted twice in runs or step statistics */
  readonly spansDuplicated: number;
  readonly runs: number;
  /** The longest that a run was held up on its way because nothing was acknowledged */
  readonly longestDelaySeconds: number;
  /** Known before they were sent; of runs that were held up on their way only the undisturbed system knows. */
  readonly findingsExpected: number;
  /** Share of the runs whose findings were known, of all */
  readonly knownShare: number;
  readonly findingsMissing: number;
  readonly findingsExtra: number;
  /** Findings, runs, sessions, signals and span revisions that the undisturbed system has otherwise, in any of their revisions */
  readonly findingsDiffering: number;
  readonly aggregatesDiffering: number;
  /** Spans that came again when their run had forgotten them, so that step statistics may count them twice, as a share of all spans */
  readonly stepStatsUnchecked: number;
  readonly deadLettersExpected: number;
  readonly deadLettersFound: number;
  /** Spans that died for want of their schema, and are stored since they were replayed with it */
  readonly replayed: number;
  readonly recoverySeconds: Readonly<Record<string, RecoverySeconds>>;
  /** From the end of load and faults until nothing was behind any more */
  readonly catchUpSeconds: number;
  /** What could only be compared with the undisturbed system, in words */
  readonly unchecked: readonly string[];
  /** Everything that is not as it should be, in words */
  readonly problems: readonly string[];
  /** What was done when */
  readonly log: readonly LoggedFault[];
}

export interface LoggedFault {
  readonly atSeconds: number;
  readonly kind: string;
  readonly what: string;
}

export interface ChaosReport extends Outcome {
  readonly ok: boolean;
  readonly seed: number;
  readonly minutes: number;
  /** The same for a system whose broker was killed: no promise of ours, not part of `ok`. */
  readonly brokerKills?: Outcome & { readonly ok: boolean };
}

/** What stands in the file of the report as long as there is no outcome: what an earlier run left there would be taken for this one's. */
export interface NoReport {
  readonly ok: false;
  readonly seed: number;
  readonly minutes: number;
  readonly problems: readonly [string];
}

/** @param why in words */
export function noReport({ seed, minutes }: { seed: number; minutes: number }, why: string): NoReport {
  return { ok: false, seed, minutes, problems: [why] };
}

/** Whether nothing was lost, doubled, or judged otherwise. */
export function isOk(outcome: Outcome): boolean {
  return (
    outcome.problems.length === 0 &&
    outcome.spansSent > 0 &&
    outcome.spansStored === outcome.spansSent &&
    outcome.spansLost === 0 &&
    outcome.spansDuplicated === 0 &&
    outcome.findingsMissing === 0 &&
    outcome.findingsExtra === 0 &&
    outcome.findingsDiffering === 0 &&
    outcome.aggregatesDiffering === 0 &&
    outcome.deadLettersFound === outcome.deadLettersExpected
  );
}

/** The figures for a person. */
export function conclusion(outcome: Outcome): string {
  const count = (value: number) => value.toLocaleString('en');
  const faults = Object.values(outcome.faults).reduce((sum, each) => sum + each, 0);
  return [
    `${count(outcome.spansSent)} spans sent at ${count(outcome.spansPerSecond)} a second (${ways(outcome)}), ${count(outcome.spansLost)} lost, ${count(outcome.spansDuplicated)} doubled; ${faults} faults.`,
    `${count(outcome.findingsExpected)} findings expected in ${percent(outcome.knownShare)} of the runs, ${count(outcome.findingsMissing)} missing, ${count(outcome.findingsExtra)} too many, ${count(outcome.findingsDiffering)} records other than undisturbed.`,
    `Went on after a fault within ${recoveries(outcome)}; caught up ${count(outcome.catchUpSeconds)} s after the last.`,
    `${count(outcome.aggregatesDiffering)} aggregates wrong; ${outcome.deadLettersFound} of ${outcome.deadLettersExpected} dead letters, ${outcome.replayed} spans replayed.`,
    ...outcome.unchecked.map((what) => `  only compared with the undisturbed system: ${what}`),
    ...outcome.problems.map((problem) => `  ${problem}`),
  ].join('\n');
}

function ways({ spansPerSecondBy }: Outcome): string {
  return Object.entries(spansPerSecondBy)
    .map(([route, perSecond]) => `${route} ${perSecond.toLocaleString('en')}`)
    .join(', ');
}

function recoveries({ recoverySeconds }: Outcome): string {
  const slowest = Object.entries(recoverySeconds).toSorted(([, a], [, b]) => b.max - a.max);
  return slowest.length === 0
    ? '–'
    : slowest.map(([kind, { p50, max }]) => `${kind} ${p50} s (at most ${max} s)`).join(', ');
}

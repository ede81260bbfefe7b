import { percent } from '../floor.ts';
import type { Outcome } from '../report.ts';
import type { AggregateDifference } from './aggregates.ts';
import type { CountComparison } from './count-account.ts';
import type { LetterAccount } from './letter-account.ts';
import type { RowDifference } from './table-comparison.ts';
import type { TopicDifference } from './topic-comparison.ts';

export type Verdict = Pick<
  Outcome,
  | 'spansStored'
  | 'spansLost'
  | 'spansDuplicated'
  | 'findingsExpected'
  | 'knownShare'
  | 'findingsMissing'
  | 'findingsExtra'
  | 'findingsDiffering'
  | 'aggregatesDiffering'
  | 'stepStatsUnchecked'
  | 'deadLettersExpected'
  | 'deadLettersFound'
  | 'unchecked'
  | 'problems'
>;

/** All that was counted and compared, not judged yet. */
export interface Compared {
  readonly stored: number;
  readonly duplicated: number;
  /** Ids of spans, as texts */
  readonly lost: readonly string[];
  readonly unknown: readonly string[];
  readonly findings: {
    readonly expected: number;
    readonly missing: readonly string[];
    readonly extra: readonly string[];
  };
  readonly knownShare: number;
  readonly conversations: { readonly missing: readonly string[]; readonly extra: readonly string[] };
  readonly counted: CountComparison;
  /** Topics and views that hold nothing */
  readonly empty: readonly string[];
  /** Records of topics other than undisturbed */
  readonly records: readonly TopicDifference[];
  /** Stored revisions other than were said, in words */
  readonly revisions: readonly string[];
  /** Rows of views, and of aggregates, other than undisturbed */
  readonly rows: readonly RowDifference[];
  readonly aggregates: readonly RowDifference[];
  /** Aggregates other than computed anew from their base */
  readonly recomputed: readonly AggregateDifference[];
  /** Spans that came again after their runs had forgotten them, as a share of all */
  readonly lateShare: number;
  readonly letters: LetterAccount;
  readonly poisonsLost: readonly string[];
  readonly unchecked: readonly string[];
}

const EXAMPLES = 5;
/** A hostile id may be as long as a message. */
const MOST_CHARACTERS = 600;
/** Share of spans at most that may count more than once in step statistics */
const MOST_UNCHECKED = 0.05;

/** The figures, and a problem in words for everything that is not as it should be. */
export function conclude(compared: Compared): Verdict {
  const { findings, conversations, counted, records, revisions, rows, aggregates, recomputed, letters } = compared;
  return {
    spansStored: compared.stored,
    spansLost: compared.lost.length,
    spansDuplicated: compared.duplicated + counted.surplus,
    findingsExpected: findings.expected,
    knownShare: compared.knownShare,
    findingsMissing: findings.missing.length,
    findingsExtra: findings.extra.length,
    findingsDiffering: records.length + revisions.length + sum(rows.map(changes)),
    aggregatesDiffering: sum(aggregates.map(changes)) + sum(recomputed.map(({ keys }) => keys.length)),
    stepStatsUnchecked: compared.lateShare,
    deadLettersExpected: letters.expected,
    deadLettersFound: letters.found,
    unchecked: compared.unchecked,
    problems: [
      ...few('spans lost', compared.lost),
      ...few('spans stored that were never sent', compared.unknown),
      ...few('findings missing', findings.missing),
      ...few('findings too many', findings.extra),
      ...few('conversations without a session', conversations.missing),
      ...few('sessions of no conversation that was sent', conversations.extra),
      ...few('counts of spans', counted.problems),
      ...few('topics and views that hold nothing', compared.empty),
      ...few(
        'records other than undisturbed',
        records.map(({ topic, id, missing, extra }) => `${topic} ${id}: not ${extra[0]} but ${missing[0]}`),
      ),
      ...few('stored revisions other than were said', revisions),
      ...[...rows, ...aggregates].map((row) => `${row.view}: ${wordsFor(row)}`),
      ...recomputed.flatMap(({ aggregate, keys }) => few(`keys of ${aggregate}`, keys)),
      ...tooLate(compared.lateShare),
      ...few('dead letters', letters.problems),
      ...few('poisons gone before anybody read them', compared.poisonsLost),
    ],
  };
}

function few(what: string, all: readonly string[]): string[] {
  if (all.length === 0) return [];
  const examples = all.slice(0, EXAMPLES).map((each) => each.slice(0, MOST_CHARACTERS));
  return [`${all.length} ${what}: ${examples.join('; ')}`];
}

function tooLate(share: number): string[] {
  if (share <= MOST_UNCHECKED) return [];
  return [
    `step_stats: spans came again after their runs had forgotten them, ${percent(share)} of all, ${percent(MOST_UNCHECKED)} at most may`,
  ];
}

const changes = ({ missing, extra, differing }: RowDifference): number => missing + extra + differing;

function wordsFor({ missing, extra, differing, examples }: RowDifference): string {
  return `${missing} rows missing, ${extra} too many, ${differing} differing (${examples.slice(0, EXAMPLES).join('; ')})`;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

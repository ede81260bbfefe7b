import type { ClickHouseClient } from '@clickhouse/client';
import { type DeadLetter, decodeBlock } from '@spanwise/schemas';
import type { Kafka } from 'kafkajs';
import type { Screen } from '../chaos-run.ts';
import { percent } from '../floor.ts';
import { learningPatterns } from '../load/expectation.ts';
import type { Ledger } from '../load/ledger.ts';
import type { ChaosPlatform } from '../platform/chaos-platform.ts';
import type { ExpectedLetter, PoisonBook } from '../poison/poison-book.ts';
import type { Outcome } from '../report.ts';
import { FindingAccount, SpanAccount } from './account.ts';
import { differingAggregates } from './aggregates.ts';
import { emptyViews, spansInStepStats } from './contents.ts';
import { CountAccount } from './count-account.ts';
import { LateCopies } from './late-copies.ts';
import { accountForLetters } from './letter-account.ts';
import { CORRELATE, DETECT, REFERENCE_DATABASE, runReference } from './reference.ts';
import { accountForSessions } from './session-account.ts';
import { differingRevisions } from './stored-revisions.ts';
import { BY_TRACE, compareViews, type ViewPair } from './table-comparison.ts';
import { eachRow } from './tables.ts';
import { compareTopics, type Pair } from './topic-comparison.ts';
import { readTopics } from './topic-reader.ts';

export interface VerdictParts {
  readonly platform: ChaosPlatform;
  readonly kafka: Kafka;
  readonly tables: ClickHouseClient;
  readonly database: string;
  readonly dataDir: string;
  readonly ledger: Ledger;
  readonly book: PoisonBook;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

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

const topicPairs: readonly Pair[] = [
  ...['findings', 'runs', 'span-revisions', 'signals'].map((topic) => ({ topic, expected: DETECT, found: '' })),
  { topic: 'sessions', expected: CORRELATE, found: '' },
];

const viewPairs: readonly ViewPair[] = [
  { view: 'spans', key: ['tenant', 'trace_id', 'span_id'], parts: BY_TRACE },
  { view: 'findings', key: ['tenant', 'finding_id'] },
  { view: 'runs', key: ['tenant', 'trace_id', 'continuation'] },
  { view: 'sessions', key: ['tenant', 'session_id'] },
];

const aggregatePairs: readonly ViewPair[] = [
  {
    view: 'step_stats',
    key: ['tenant', 'minute', 'agent', 'kind', 'tool', 'model', 'release', 'environment'],
    // received_time is that of the last commit; the order of additions shows in the last digits of a sum
    content: `span_count, error_count, input_tokens, output_tokens, round(cost_usd, 6), duration_sum_ns, duration_max_ns,
      duration_sketch`,
  },
  {
    view: 'verdict_counts',
    key: ['tenant', 'scope', 'hour', 'agent', 'release', 'environment', 'verdict'],
  },
];

/** Rows of revisions that have not merged yet, on both sides */
const revisionPairs: readonly ViewPair[] = [
  { view: 'finding_rows', key: ['tenant', 'finding_id', 'revision'], merging: true },
  { view: 'run_rows', key: ['tenant', 'trace_id', 'continuation', 'revision'], merging: true },
  { view: 'session_rows', key: ['tenant', 'session_id', 'revision'], merging: true },
];

const EXAMPLES = 5;
/** A hostile id may be as long as a message. */
const MOST_CHARACTERS = 600;
/** Share of spans at most that may count more than once in step statistics */
const MOST_UNCHECKED = 0.05;

/** Compares what a system came out with, once all its services have ended, with what was sent and with the undisturbed. */
export async function judge(parts: VerdictParts): Promise<Verdict> {
  const { platform, kafka, tables, database, dataDir, ledger, book, screen, signal } = parts;
  const problems: string[] = [];
  const few = (what: string, all: readonly string[]) => {
    if (all.length > 0)
      problems.push(
        `${all.length} ${what}: ${all
          .slice(0, EXAMPLES)
          .map((each) => each.slice(0, MOST_CHARACTERS))
          .join('; ')}`,
      );
  };

  screen.show('Counting spans');
  const spans = new SpanAccount(ledger);
  await eachRow(tables, `SELECT trace_id, span_id FROM ${database}.spans`, ([traceId = '', spanId = '']) =>
    spans.add(traceId, spanId),
  );
  const lost = [...spans.lost()];
  few('spans lost', lost);
  few('spans stored that were never sent', spans.unknown);

  const known = new FindingAccount(ledger);
  await eachRow(
    tables,
    `SELECT trace_id, pattern, span_id FROM ${database}.findings`,
    ([traceId = '', pattern = '', spanId = '']) => known.add(traceId, pattern, spanId),
  );
  const { expected, missing, extra } = known.compare();
  few('findings missing', missing);
  few('findings too many', extra);

  const sessions = new Set<string>();
  await eachRow(tables, `SELECT session_id FROM ${database}.sessions`, ([id = '']) => sessions.add(id));
  const conversations = accountForSessions(ledger, sessions);
  few('conversations without a session', conversations.missing);
  few('sessions of no conversation that was sent', conversations.extra);

  const letters: ExpectedLetter[] = [];
  const late = new LateCopies(ledger);
  await runReference({
    kafka,
    tables,
    brokers: platform.brokers,
    clickhouseUrl: platform.clickhouseUrl,
    dataDir,
    signal,
    seen: (message) => {
      letters.push(...book.lettersFor(message.topic, message));
      if (message.topic === 'spans') late.see(message);
    },
    onProgress: (line) => screen.show(line),
  });

  screen.show('Comparing with the undisturbed system');
  const counts = new CountAccount(ledger, late);
  await eachRow(
    tables,
    `SELECT trace_id, toString(span_count) FROM ${database}.runs`,
    ([traceId = '', spanCount = '']) => counts.add(traceId, Number(spanCount)),
  );
  const counted = counts.compare(await spansInStepStats(tables, database));
  few('counts of spans', counted.problems);

  const { differing, records, latest } = await compareTopics(kafka, topicPairs, (topic, value) =>
    book.holds(topic, value),
  );
  const views = [...viewPairs, ...aggregatePairs].map(({ view }) => view);
  const empty = [
    ...Object.keys(records).filter((topic) => records[topic] === 0),
    ...(await emptyViews(tables, database, views)),
  ];
  few('topics and views that hold nothing', empty);
  few(
    'records other than undisturbed',
    differing.map(({ topic, id, missing: less, extra: more }) => `${topic} ${id}: not ${more[0]} but ${less[0]}`),
  );
  const revisions = await differingRevisions(tables, database, latest);
  few('stored revisions other than were said', revisions);
  const rows = await compareViews(tables, REFERENCE_DATABASE, database, [...viewPairs, ...revisionPairs]);
  for (const row of rows) problems.push(`${row.view}: ${wordsFor(row)}`);
  const aggregates = await compareViews(tables, REFERENCE_DATABASE, database, aggregatePairs);
  for (const row of aggregates) problems.push(`${row.view}: ${wordsFor(row)}`);
  const recomputed = await differingAggregates(tables, database, late.bySpan, ledger.unjudged.keys());
  for (const { aggregate, keys } of recomputed) few(`keys of ${aggregate}`, keys);
  const stepStatsUnchecked = late.count / Math.max(1, ledger.spans);
  if (stepStatsUnchecked > MOST_UNCHECKED) {
    problems.push(
      `step_stats: spans came again after their runs had forgotten them, ${percent(stepStatsUnchecked)} of all, ${percent(MOST_UNCHECKED)} at most may`,
    );
  }

  const scanned = new Set(['spans', 'signals']);
  const rest = [...book.topics].filter((topic) => !scanned.has(topic));
  if (rest.length > 0) {
    await readTopics(kafka, rest, (messages) => {
      for (const message of messages) letters.push(...book.lettersFor(message.topic, message));
    });
  }
  const account = accountForLetters(letters, await deadLetters(kafka));
  few('dead letters', account.problems);
  few('poisons gone before anybody read them', book.lost);

  return {
    spansStored: spans.stored,
    spansLost: lost.length,
    spansDuplicated: spans.duplicated + counted.surplus,
    findingsExpected: expected,
    knownShare: ledger.size === 0 ? 0 : 1 - known.unpredicted / ledger.size,
    findingsMissing: missing.length,
    findingsExtra: extra.length,
    findingsDiffering: differing.length + revisions.length + sum(rows.map(changes)),
    aggregatesDiffering: sum(aggregates.map(changes)) + sum(recomputed.map(({ keys }) => keys.length)),
    stepStatsUnchecked,
    deadLettersExpected: account.expected,
    deadLettersFound: account.found,
    unchecked: uncheckedIn(ledger, known, late),
    problems,
  };
}

function uncheckedIn(ledger: Ledger, known: FindingAccount, late: LateCopies): string[] {
  const unchecked: string[] = [`findings of ${[...learningPatterns].join(', ')}`];
  if (known.unpredicted > 0) unchecked.push(`findings of ${known.unpredicted} of ${ledger.size} runs`);
  if (late.count > 0) {
    unchecked.push(`step_stats of ${late.count} spans that came again after their runs had forgotten them`);
  }
  unchecked.push('superseded revisions, as far as they have merged');
  return unchecked;
}

async function deadLetters(kafka: Kafka): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  await readTopics(kafka, ['dead-letters'], (messages) => {
    for (const { value } of messages) if (value) letters.push(...decodeBlock('DeadLetter', value));
  });
  return letters;
}

interface Changes {
  readonly missing: number;
  readonly extra: number;
  readonly differing: number;
}

const changes = ({ missing, extra, differing }: Changes): number => missing + extra + differing;

function wordsFor({ missing, extra, differing, examples }: Changes & { readonly examples: readonly string[] }): string {
  return `${missing} rows missing, ${extra} too many, ${differing} differing (${examples.slice(0, EXAMPLES).join('; ')})`;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

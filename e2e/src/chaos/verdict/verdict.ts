import type { ClickHouseClient } from '@clickhouse/client';
import { type DeadLetter, decodeBlock } from '@spanwise/schemas';
import type { Kafka } from 'kafkajs';
import type { Screen } from '../chaos-run.ts';
import { LATE_GRACE_MS } from '../config.ts';
import { learningPatterns } from '../load/expectation.ts';
import type { Ledger } from '../load/ledger.ts';
import type { ChaosPlatform } from '../platform/chaos-platform.ts';
import type { ExpectedLetter, PoisonBook } from '../poison/poison-book.ts';
import type { Outcome } from '../report.ts';
import { FindingAccount, SpanAccount } from './account.ts';
import { differingAggregates } from './aggregates.ts';
import { accountForLetters } from './letter-account.ts';
import { CORRELATE, DETECT, REFERENCE_DATABASE, runReference } from './reference.ts';
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
  | 'findingsMissing'
  | 'findingsExtra'
  | 'findingsDiffering'
  | 'aggregatesDiffering'
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

const EXAMPLES = 5;

/** Compares what a system came out with, once all its services have ended, with what was sent and with the undisturbed. */
export async function judge(parts: VerdictParts): Promise<Verdict> {
  const { platform, kafka, tables, database, dataDir, ledger, book, screen, signal } = parts;
  const problems: string[] = [];
  const few = (what: string, all: readonly string[]) => {
    if (all.length > 0) problems.push(`${all.length} ${what}: ${all.slice(0, EXAMPLES).join('; ')}`);
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

  const letters: ExpectedLetter[] = [];
  await runReference({
    kafka,
    tables,
    brokers: platform.brokers,
    clickhouseUrl: platform.clickhouseUrl,
    dataDir,
    signal,
    seen: (message) => letters.push(...book.lettersFor(message.topic, message)),
    onProgress: (line) => screen.show(line),
  });

  screen.show('Comparing with the undisturbed system');
  const { differing } = await compareTopics(kafka, topicPairs);
  few(
    'records other than undisturbed',
    differing.map(({ topic, id, missing: less, extra: more }) => `${topic} ${id}: not ${more[0]} but ${less[0]}`),
  );
  const rows = await compareViews(tables, REFERENCE_DATABASE, database, viewPairs);
  for (const row of rows) problems.push(`${row.view}: ${wordsFor(row)}`);
  const aggregates = await compareViews(tables, REFERENCE_DATABASE, database, aggregatePairs);
  for (const row of aggregates) problems.push(`${row.view}: ${wordsFor(row)}`);
  const recomputed = await differingAggregates(tables, database, ledger.longestDelayMs);
  for (const { aggregate, keys } of recomputed) few(`keys of ${aggregate}`, keys);

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
    spansDuplicated: spans.duplicated,
    findingsExpected: expected,
    findingsMissing: missing.length,
    findingsExtra: extra.length,
    findingsDiffering: differing.length + sum(rows.map(changes)),
    aggregatesDiffering: sum(aggregates.map(changes)) + sum(recomputed.map(({ keys }) => keys.length)),
    deadLettersExpected: account.expected,
    deadLettersFound: account.found,
    unchecked: uncheckedIn(ledger, known),
    problems,
  };
}

function uncheckedIn(ledger: Ledger, known: FindingAccount): string[] {
  const unchecked: string[] = [`findings of ${[...learningPatterns].join(', ')}`];
  if (known.unpredicted > 0) unchecked.push(`findings of ${known.unpredicted} of ${ledger.size} runs`);
  if (ledger.longestDelayMs >= LATE_GRACE_MS) {
    unchecked.push('step_stats: spans were sent again after their runs had forgotten them, so they count twice');
  }
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

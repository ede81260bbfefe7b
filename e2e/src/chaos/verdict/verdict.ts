import type { ClickHouseClient } from '@clickhouse/client';
import { type DeadLetter, decodeBlock } from '@spanwise/schemas';
import type { Kafka } from 'kafkajs';
import type { Screen } from '../chaos-run.ts';
import { learningPatterns } from '../load/expectation.ts';
import type { Ledger } from '../load/ledger.ts';
import type { ChaosPlatform } from '../platform/chaos-platform.ts';
import type { ExpectedLetter, PoisonBook } from '../poison/poison-book.ts';
import { FindingAccount, SpanAccount } from './account.ts';
import { differingAggregates } from './aggregates.ts';
import { conclude, type Verdict } from './conclude.ts';
import { emptyViews, spansInStepStats } from './contents.ts';
import { CountAccount } from './count-account.ts';
import { LateCopies } from './late-copies.ts';
import { accountForLetters } from './letter-account.ts';
import { CORRELATE, DETECT, REFERENCE_DATABASE, runReference, SIGNALS_AGAIN } from './reference.ts';
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

const topicPairs: readonly Pair[] = [
  ...['runs', 'span-revisions'].map((topic) => ({ topic, expected: [DETECT + topic], found: topic })),
  { topic: 'findings', expected: [`${DETECT}findings`, `${CORRELATE}findings`], found: 'findings' },
  { topic: 'signals', source: 'detect', expected: [`${DETECT}signals`], found: 'signals' },
  { topic: 'signals', source: 'correlate', expected: [CORRELATE + SIGNALS_AGAIN], found: 'signals' },
  { topic: 'sessions', expected: [`${CORRELATE}sessions`], found: 'sessions' },
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

/** Compares what a system came out with, once all its services have ended, with what was sent and with the undisturbed. */
export async function judge(parts: VerdictParts): Promise<Verdict> {
  const { platform, kafka, tables, database, dataDir, ledger, book, screen, signal } = parts;
  screen.show('Counting spans');
  const spans = new SpanAccount(ledger);
  await eachRow(tables, `SELECT trace_id, span_id FROM ${database}.spans`, ([traceId = '', spanId = '']) =>
    spans.add(traceId, spanId),
  );

  const known = new FindingAccount(ledger);
  await eachRow(
    tables,
    `SELECT trace_id, pattern, span_id FROM ${database}.findings`,
    ([traceId = '', pattern = '', spanId = '']) => known.add(traceId, pattern, spanId),
  );
  const findings = known.compare();

  const sessions = new Set<string>();
  await eachRow(tables, `SELECT session_id FROM ${database}.sessions`, ([id = '']) => sessions.add(id));
  const conversations = accountForSessions(ledger, sessions);

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

  const { differing, records, latest } = await compareTopics(kafka, topicPairs, (topic, value) =>
    book.holds(topic, value),
  );
  const views = [...viewPairs, ...aggregatePairs].map(({ view }) => view);
  const empty = [
    ...Object.keys(records).filter((topic) => records[topic] === 0),
    ...(await emptyViews(tables, database, views)),
  ];
  const revisions = await differingRevisions(tables, database, latest);
  const rows = await compareViews(tables, REFERENCE_DATABASE, database, [...viewPairs, ...revisionPairs]);
  const aggregates = await compareViews(tables, REFERENCE_DATABASE, database, aggregatePairs);
  const recomputed = await differingAggregates(tables, database, late.bySpan, ledger.unjudged.keys());

  const scanned = new Set(['spans', 'signals']);
  const rest = [...book.topics].filter((topic) => !scanned.has(topic));
  if (rest.length > 0) {
    await readTopics(kafka, rest, (messages) => {
      for (const message of messages) letters.push(...book.lettersFor(message.topic, message));
    });
  }
  const account = accountForLetters(letters, await deadLetters(kafka));

  return conclude({
    stored: spans.stored,
    duplicated: spans.duplicated,
    lost: [...spans.lost()],
    unknown: spans.unknown,
    findings,
    knownShare: ledger.size === 0 ? 0 : 1 - known.unpredicted / ledger.size,
    conversations,
    counted,
    empty,
    records: differing,
    revisions,
    rows,
    aggregates,
    recomputed,
    lateShare: late.count / Math.max(1, ledger.spans),
    letters: account,
    poisonsLost: book.lost,
    unchecked: uncheckedIn(ledger, known, late),
  });
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

import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { type ServiceName, Supervisor, untilSettled } from '@spanwise/local';
import { topic } from '@spanwise/schemas';
import type { Kafka } from 'kafkajs';
import { catchingUp } from '../config.ts';
import { instanceSpec } from '../instance-spec.ts';
import { copyTopic, makeTopic } from './recording.ts';
import { rowsOf } from './tables.ts';
import type { ReadMessage } from './topic-reader.ts';

/** Prefixes of the topics of the undisturbed services: correlate reads the recorded signals, not those that detect gives it here. */
export const DETECT = 'undisturbed.detect.';
export const CORRELATE = 'undisturbed.correlate.';
/** Where correlate sends what the recorded signals hold already. */
export const SIGNALS_AGAIN = 'signals-again';
export const REFERENCE_DATABASE = 'undisturbed';

export interface ReferenceOptions {
  readonly kafka: Kafka;
  readonly tables: ClickHouseClient;
  readonly brokers: readonly string[];
  readonly clickhouseUrl: string;
  readonly dataDir: string;
  readonly seen: (message: ReadMessage) => void;
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal;
}

const READY_TIMEOUT_MS = 120_000;
const POLL_MS = 1_000;
/** Longer than the slowest batch of store waits, and an idle commit of the engine. */
const QUIET_MS = 20_000;
const PATIENCE_MS = 120_000;

/**
 * Lets fresh consumer groups, one undisturbed process each, make of the recorded inputs what they make of them: detect of
 * `spans`, correlate of `signals`, store of what both give.
 *
 * @throws Error when they do not come to an end
 */
export async function runReference(options: ReferenceOptions): Promise<void> {
  const { kafka, dataDir, brokers, clickhouseUrl, onProgress, signal } = options;
  onProgress('Copying the recorded inputs');
  await copyTopic(kafka, 'spans', DETECT, options.seen);
  await copyTopic(kafka, 'signals', CORRELATE, options.seen);
  await makeTopic(kafka, { ...topic('signals'), name: SIGNALS_AGAIN }, CORRELATE);
  const ends = new Map([
    [`${DETECT}detect`, await endsOf(kafka, `${DETECT}spans`)],
    [`${CORRELATE}correlate`, await endsOf(kafka, `${CORRELATE}signals`)],
  ]);
  signal.throwIfAborted();
  await using supervisor = new Supervisor({ logDir: join(dataDir, 'logs'), onEvent: () => {} });
  const parts: [ServiceName, string][] = [
    ['detect', DETECT],
    ['correlate', CORRELATE],
    ['store', DETECT],
    ['store', CORRELATE],
  ];
  for (const [service, topicPrefix] of parts) {
    const surroundings = {
      brokers,
      clickhouseUrl,
      database: REFERENCE_DATABASE,
      topicPrefix,
      special: { ...catchingUp, SPANWISE_CORRELATE_SIGNALS_TOPIC: SIGNALS_AGAIN },
    };
    const { spec } = await instanceSpec(service, `${topicPrefix}${service}`, surroundings);
    supervisor.start(spec);
  }
  await Promise.all(supervisor.services.map((service) => service.whenReady(READY_TIMEOUT_MS)));
  const { missing } = await untilSettled({
    look: async () => ({ behind: await behind(kafka, ends), stored: await stored(options.tables) }),
    missing: ({ behind: messages }) => (messages > 0 ? `${messages} messages` : ''),
    fingerprint: (seen) => JSON.stringify(seen),
    quietMs: QUIET_MS,
    patienceMs: PATIENCE_MS,
    everyMs: POLL_MS,
    onProgress: (left) =>
      onProgress(`Undisturbed services: ${left === '' ? 'waiting for the last batch' : `${left} left`}`),
    signal,
  });
  if (missing !== '') throw new Error(`the undisturbed services do not come to the end: ${missing} left`);
  await supervisor.stop();
}

interface Ends {
  readonly topic: string;
  readonly byPartition: ReadonlyMap<number, number>;
}

async function endsOf(kafka: Kafka, topic: string): Promise<Ends> {
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return { topic, byPartition: new Map(offsets.map(({ partition, high }) => [partition, Number(high)])) };
}

/** Messages before the recorded end that the groups have not committed. */
async function behind(kafka: Kafka, ends: ReadonlyMap<string, Ends>): Promise<number> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    let messages = 0;
    for (const [groupId, { topic, byPartition }] of ends) {
      const [fetched] = await admin.fetchOffsets({ groupId, topics: [topic] });
      const committed = new Map(fetched?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
      for (const [partition, end] of byPartition)
        messages += Math.max(0, end - Math.max(0, committed.get(partition) ?? 0));
    }
    return messages;
  } finally {
    await admin.disconnect();
  }
}

/** Changes with every insert. */
async function stored(tables: ClickHouseClient): Promise<unknown> {
  return await rowsOf(
    tables,
    `SELECT table, max(max_block_number) AS inserted FROM system.parts
     WHERE database = '${REFERENCE_DATABASE}' GROUP BY table ORDER BY table`,
  );
}

import { batchBuckets, byteBuckets, latencyBuckets } from '@spanwise/runtime';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What gauges show when they are read. */
export interface StoreGauges {
  /** Messages between what is stored and the end of the topic, by topic without prefix */
  lagByTopic(): Iterable<[topic: string, messages: number]>;
  /** Seconds since the oldest record that is fetched and not stored was appended to Kafka */
  oldestUnstoredByTopic(): Iterable<[topic: string, seconds: number]>;
  bufferedBytes(): number;
  haltedPartitions(): number;
  windowUseByTable(): Iterable<[table: string, ratio: number]>;
}

export type StoreMetrics = ReturnType<typeof createStoreMetrics>;

/**
 * Every metric of `store`. Labels: `table` and `topic` are those of `sinks.ts`, `reason` a dead-letter reason,
 * `result` stored, refused or failed, `operation` insert, commit, dead_letter, offsets or start.
 */
export function createStoreMetrics(registry: Registry, gauges: StoreGauges) {
  const registers = [registry];
  const gauge = <L extends string>(
    name: string,
    help: string,
    labelNames: L[],
    read: () => Iterable<[string, number]>,
  ) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const [label, value] of read()) this.labels(...labelNames.map(() => label)).set(value);
      },
    });
  gauge('spanwise_store_lag_messages', 'Messages of the topic that are not stored yet', ['topic'], () =>
    gauges.lagByTopic(),
  );
  gauge(
    'spanwise_store_oldest_unstored_age_seconds',
    'Age of the oldest fetched record that is not stored yet',
    ['topic'],
    () => gauges.oldestUnstoredByTopic(),
  );
  gauge(
    'spanwise_store_deduplication_window_use_ratio',
    'Share of the deduplication window of the table that the inserts of this process alone used up since its oldest unfinished one; where N processes insert, up to N times as much is used, and from 1/N on a crash could store rows twice',
    ['table'],
    () => gauges.windowUseByTable(),
  );
  gauge('spanwise_store_buffered_bytes', 'Bytes that wait for ClickHouse', [], () => [['', gauges.bufferedBytes()]]);
  gauge(
    'spanwise_store_halted_partitions',
    'Partitions that stopped because what they read differs from what was announced',
    [],
    () => [['', gauges.haltedPartitions()]],
  );
  return {
    rows: new Counter({
      name: 'spanwise_store_rows_total',
      help: 'Rows stored and committed',
      labelNames: ['table'],
      registers,
    }),
    inserts: new Counter({
      name: 'spanwise_store_inserts_total',
      help: 'Inserts by their result',
      labelNames: ['table', 'result'],
      registers,
    }),
    insertDuration: new Histogram({
      name: 'spanwise_store_insert_duration_seconds',
      help: 'Time of one insert, answered or not',
      labelNames: ['table'],
      buckets: latencyBuckets,
      registers,
    }),
    batchRows: new Histogram({
      name: 'spanwise_store_batch_rows',
      help: 'Rows of one insert',
      labelNames: ['table'],
      buckets: batchBuckets,
      registers,
    }),
    batchBytes: new Histogram({
      name: 'spanwise_store_batch_bytes',
      help: 'Bytes of one insert',
      labelNames: ['table'],
      buckets: byteBuckets,
      registers,
    }),
    deadLetters: new Counter({
      name: 'spanwise_store_dead_letters_total',
      help: 'Blocks that went to dead letters',
      labelNames: ['topic', 'reason'],
      registers,
    }),
    lostInput: new Counter({
      name: 'spanwise_store_lost_input_messages_total',
      help: 'Messages that retention deleted before they were stored',
      labelNames: ['topic'],
      registers,
    }),
    retries: new Counter({
      name: 'spanwise_store_retries_total',
      help: 'Repetitions of what failed',
      labelNames: ['operation'],
      registers,
    }),
    recoveries: new Counter({
      name: 'spanwise_store_recoveries_total',
      help: 'Announced inserts that were read again and finished after a crash or rebalance',
      labelNames: ['topic'],
      registers,
    }),
  };
}

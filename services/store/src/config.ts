import {
  adminFields,
  bytes,
  type ConfigOf,
  type ConfigSpec,
  duration,
  httpUrl,
  integer,
  kafkaFields,
  text,
} from '@spanwise/runtime';

/** Every setting of `store`. */
export const storeConfigSpec = {
  service: 'store',
  shape: {
    ...adminFields('store', 9467),
    ...kafkaFields(),
    clickhouseUrl: {
      env: 'SPANWISE_CLICKHOUSE_URL',
      schema: httpUrl('http://127.0.0.1:8123'),
      doc: 'HTTP interface of ClickHouse.',
    },
    clickhouseDatabase: {
      env: 'SPANWISE_CLICKHOUSE_DATABASE',
      schema: text('spanwise'),
      doc: 'Database of our tables; created when it is not there.',
    },
    clickhouseUser: { env: 'SPANWISE_CLICKHOUSE_USER', schema: text('default'), doc: 'User in ClickHouse.' },
    clickhousePassword: {
      env: 'SPANWISE_CLICKHOUSE_PASSWORD',
      schema: text(''),
      doc: 'Password of that user.',
      secret: true,
    },
    batchRows: {
      env: 'SPANWISE_STORE_BATCH_ROWS',
      schema: integer(100_000, { min: 1, max: 500_000 }),
      doc: 'Rows at which a batch of a partition is inserted. One insert must stay one block of ClickHouse: at most 500000.',
    },
    batchBytes: {
      env: 'SPANWISE_STORE_BATCH_BYTES',
      schema: bytes('32MiB'),
      doc: 'Bytes at which a batch of a partition is inserted.',
    },
    spanBatchAgeMs: {
      env: 'SPANWISE_STORE_SPAN_BATCH_AGE',
      schema: duration('1s'),
      doc: 'Age at which a batch of spans is inserted, however small.',
    },
    batchAgeMs: {
      env: 'SPANWISE_STORE_BATCH_AGE',
      schema: duration('2s'),
      doc: 'The same for findings, runs, sessions, incidents, step statistics and span revisions.',
    },
    bufferBytes: {
      env: 'SPANWISE_STORE_BUFFER_BYTES',
      schema: bytes('256MiB'),
      doc: 'Bytes that wait for ClickHouse in all; beyond, fetching from Kafka pauses.',
    },
    insertsPerSecond: {
      env: 'SPANWISE_STORE_INSERTS_PER_SECOND',
      schema: integer(20, { min: 1, max: 1000 }),
      doc: 'Inserts that this process starts a second at most: ClickHouse has to merge what each of them leaves.',
    },
    insertTimeoutMs: {
      env: 'SPANWISE_STORE_INSERT_TIMEOUT',
      schema: duration('60s'),
      doc: 'Time after which an insert without answer is tried again.',
    },
    sessionTimeoutMs: {
      env: 'SPANWISE_STORE_SESSION_TIMEOUT',
      schema: duration('10s'),
      doc: 'Time after which the partitions of a store that is silent go to others; brokers want at least 6s.',
    },
    spanRetentionMs: {
      env: 'SPANWISE_STORE_SPAN_RETENTION',
      schema: duration('30d'),
      doc: 'How long spans are kept after the day they were received; whole days.',
    },
    resultRetentionMs: {
      env: 'SPANWISE_STORE_RESULT_RETENTION',
      schema: duration('90d'),
      doc: 'How long findings, runs, sessions, incidents and step statistics are kept; whole days.',
    },
  },
} satisfies ConfigSpec;

export type StoreConfig = ConfigOf<typeof storeConfigSpec.shape>;

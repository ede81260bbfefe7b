import '@spanwise/testkit/vitest-clickhouse';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { createLogger, createRegistry, Health } from '@spanwise/runtime';
import { BLOCK_HEADER_BYTES, currentSchema } from '@spanwise/schemas';
import { hostileBlock } from '@spanwise/schemas/hostile-records';
import { uniqueName } from '@spanwise/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createStoreMetrics } from '../metrics.ts';
import { ensureDatabase, migrate } from '../schema/migrate.ts';
import { readMigrations } from '../schema/migration-files.ts';
import { sinks } from '../sinks.ts';
import { judge } from './batch.ts';
import { DeduplicationWindow } from './deduplication-window.ts';
import { type Insert, Inserter } from './inserter.ts';
import { RateLimit } from './rate-limit.ts';

const BLOCKS = 80;
const database = uniqueName('hostile');
let server: ClickHouseClient;
let client: ClickHouseClient;
/** Blocks, of all topics. */
let refused = 0;

beforeAll(async () => {
  server = createClient({ url: inject('clickhouseUrl') });
  client = createClient({ url: inject('clickhouseUrl'), database, log: { level: ClickHouseLogLevel.OFF } });
  await ensureDatabase(server, database);
  await migrate(client, readMigrations());
});
afterAll(async () => {
  await server.command({ query: `DROP DATABASE ${database} SYNC` });
  await Promise.all([server.close(), client.close()]);
});

test.for(sinks)(
  'a block of $topic is stored or refused, and never tried again for ever, whatever a client writes into it',
  async ({ topic, record, table }) => {
    const outcomes = { stored: 0, refused: 0, kept: 0 };
    for (const [i, value] of fc.sample(hostileBlock(record), { numRuns: BLOCKS, seed: 1 }).entries()) {
      const isKept = judge({ offset: 0, timestamp: 0, key: null, value }, record).kind === 'dead';
      if (isKept) outcomes.kept++;
      // what the check keeps from the engine is given to it all the same: the check is not the only guard
      const count = value.readUInt32BE(8);
      const blocks = [{ count, records: value.subarray(BLOCK_HEADER_BYTES) }];
      const insert = { table, writer: currentSchema(record), blocks, records: count, token: `${topic}-${i}` };
      const { kind, detail } = await firstAnswer(insert);
      expect(['stored', 'refused'], `${detail} for ${value.toString('base64')}`).toContain(kind);
      outcomes[kind as 'stored' | 'refused']++;
    }
    expect(outcomes.stored, JSON.stringify(outcomes)).toBeGreaterThan(0);
    refused += outcomes.refused;
    expect(outcomes.kept, JSON.stringify(outcomes)).toBeLessThan(BLOCKS / 2);
  },
);

// of a record without numbers that have a range and without enums, everything can be stored
test('some of it was refused', () => {
  expect(refused).toBeGreaterThan(BLOCKS);
});

test('what was stored of it merges, in every table', async () => {
  const answer = await client.query({
    query: `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'`,
    format: 'JSONEachRow',
  });
  const tables = await answer.json<{ name: string }>();
  expect(tables.length).toBeGreaterThan(sinks.length - 1);
  for (const { name } of tables) await client.command({ query: `OPTIMIZE TABLE ${name} FINAL` });
});

/** What becomes of an insert, without the repetitions that make sure of it. */
async function firstAnswer(insert: Insert): Promise<{ kind: string; detail: string }> {
  const given = new AbortController();
  const answer = { kind: '', detail: '' };
  const warn = ({ kind, err }: { kind: string; err: Error }) => {
    Object.assign(answer, { kind, detail: err.message });
    given.abort();
  };
  const gauges = {
    lagByTopic: () => [],
    oldestUnstoredByTopic: () => [],
    bufferedBytes: () => 0,
    haltedPartitions: () => 0,
    windowUseByTable: () => [],
  };
  const inserter = new Inserter({
    client,
    rate: new RateLimit(1_000),
    window: new DeduplicationWindow(),
    health: new Health(),
    metrics: createStoreMetrics(createRegistry(), gauges),
    logger: Object.assign(Object.create(createLogger('store', 'silent')), { warn }),
  });
  try {
    return { kind: (await inserter.insert(insert, given.signal)).result, detail: '' };
  } catch (error) {
    if (!given.signal.aborted) throw error;
    return answer;
  }
}

import '@spanwise/testkit/vitest-clickhouse';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { currentSchema } from '@spanwise/schemas';
import { uniqueName } from '@spanwise/testkit';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { sinks } from '../sinks.ts';
import { columnName } from '../writer/avro-file.ts';
import { ChangedMigrationError, ensureDatabase, migrate } from './migrate.ts';
import { readMigrations } from './migration-files.ts';
import { applyRetention } from './retention.ts';

const database = uniqueName('schema');
let server: ClickHouseClient;
let client: ClickHouseClient;
const files = readMigrations();

beforeAll(async () => {
  server = createClient({ url: inject('clickhouseUrl') });
  client = createClient({ url: inject('clickhouseUrl'), database });
  // four processes that start at the same moment
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      await ensureDatabase(server, database);
      await migrate(client, files);
    }),
  );
});
afterAll(async () => {
  await server.command({ query: `DROP DATABASE ${database} SYNC` });
  await Promise.all([server.close(), client.close()]);
});

async function rows<T>(query: string): Promise<T[]> {
  return (await client.query({ query, format: 'JSONEachRow' })).json<T>();
}

test('processes that migrate at once leave one schema, and each migration is noted once', async () => {
  expect(await rows('SELECT name FROM schema_migrations FINAL ORDER BY version')).toEqual(
    files.map(({ name }) => ({ name })),
  );
  expect(await migrate(client, files), 'nothing is left to do').toEqual([]);
});

test('a changed file of an applied migration is an error that says what to do', async () => {
  const changed = files.map((file, i) => (i === 1 ? { ...file, checksum: 'f'.repeat(64) } : file));
  const migrating = migrate(client, changed);
  await expect(migrating).rejects.toThrow(ChangedMigrationError);
  await expect(migrating).rejects.toThrow(/0002_findings.sql has changed since it was applied.*restore the file/);
});

test('every table, view and column says what it is', async () => {
  const silentTables = `SELECT name FROM system.tables WHERE database = currentDatabase() AND comment = ''`;
  expect(await rows(silentTables)).toEqual([]);
  // a materialized view holds nothing itself: its columns are those of the table it writes to
  const silentColumns = `
    SELECT table, name FROM system.columns WHERE database = currentDatabase() AND comment = ''
      AND table NOT IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'MaterializedView')`;
  expect(await rows(silentColumns)).toEqual([]);
});

test('every field of every stored record has a column', async () => {
  const columns = new Set(
    (
      await rows<{ c: string }>(
        "SELECT concat(table, '.', name) AS c FROM system.columns WHERE database = currentDatabase()",
      )
    ).map(({ c }) => c),
  );
  const wanted = sinks.flatMap(({ record, table }) =>
    currentSchema(record).schema.fields.map(({ name }) => `${table}.${columnName(name)}`),
  );
  expect(wanted.filter((column) => !columns.has(column))).toEqual([]);
});

test('every table that is inserted into remembers tokens', async () => {
  const forgetful = `
    SELECT name FROM system.tables WHERE database = currentDatabase() AND name LIKE '%\\_rows'
      AND engine_full NOT LIKE '%non_replicated_deduplication_window = 10000%'`;
  expect(await rows(forgetful)).toEqual([]);
});

test('filters by trace, session and day of receipt prune what is read', async () => {
  await client.command({
    query: `INSERT INTO span_rows (tenant, trace_id, span_id, received_time, start_time, conversation_id)
      SELECT 'default', hex(MD5(toString(intDiv(number, 10)))), toString(number), now() - toIntervalDay(intDiv(number, 10) % 3), now(),
        concat('c', toString(intDiv(number, 10))) FROM numbers(200000)`,
  });
  const read = async (where: string) => {
    const plan = await rows<{ explain: string }>(`EXPLAIN indexes = 1 SELECT * FROM spans WHERE ${where}`);
    return Number(/Granules: (\d+)/.exec(plan.map(({ explain }) => explain).join('\n'))?.[1]);
  };
  const all = await read('1');
  expect(all).toBeGreaterThan(20);
  expect(await read("tenant = 'default' AND trace_id = 'CFCD208495D565EF66E7DFF9F98764DA'")).toBeLessThanOrEqual(3);
  expect(await read("session_id = 'c77'")).toBeLessThan(all / 2);
  expect(await read('received_time >= today()')).toBeLessThan(all / 2);
  expect(await rows("SELECT toInt32(count()) AS n FROM spans WHERE session_id = 'c77'")).toEqual([{ n: 10 }]);
});

test('a run that went on after its state was given up is one run, counted by its last verdict', async () => {
  const judged = [
    { trace_id: 'once', continuation: 0, revision: 1, verdict: 'correct', previous_verdict: '' },
    { trace_id: 'went on', continuation: 0, revision: 1, verdict: 'abandoned', previous_verdict: '' },
    { trace_id: 'went on', continuation: 1, revision: 2, verdict: 'suspect', previous_verdict: 'abandoned' },
    { trace_id: 'went on', continuation: 2, revision: 3, verdict: 'failed', previous_verdict: 'suspect' },
  ];
  const values = judged.map((row) => ({ tenant: 'went-on', received_time: '2026-11-22 08:00:00', ...row }));
  for (const value of values) await client.insert({ table: 'run_rows', format: 'JSONEachRow', values: [value] });
  expect(await rows("SELECT trace_id, revision, verdict FROM runs WHERE tenant = 'went-on' ORDER BY trace_id")).toEqual(
    [
      { trace_id: 'once', revision: 1, verdict: 'correct' },
      { trace_id: 'went on', revision: 3, verdict: 'failed' },
    ],
  );
  expect(
    await rows(
      "SELECT verdict, toInt32(sum(count)) AS runs FROM verdict_counts WHERE tenant = 'went-on' GROUP BY verdict ORDER BY verdict",
    ),
  ).toEqual([
    { verdict: 'correct', runs: 1 },
    { verdict: 'failed', runs: 1 },
  ]);
});

test('retention is what is configured, and stays', async () => {
  const kept = async () => {
    const [row] = await rows<{ ttl: string }>(
      "SELECT extract(engine_full, 'TTL (.*?) SETTINGS') AS ttl FROM system.tables WHERE database = currentDatabase() AND name = 'span_rows'",
    );
    return row?.ttl;
  };
  expect(await kept()).toBe('toDate(received_time) + toIntervalDay(30)');
  const day = 86_400_000;
  await applyRetention(client, { spanMs: 6.5 * day, resultMs: 90 * day });
  await applyRetention(client, { spanMs: 6.5 * day, resultMs: 90 * day });
  expect(await kept()).toBe('toDate(received_time) + toIntervalDay(7)');
});

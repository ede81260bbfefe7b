/** What is asked of ClickHouse, on tables with the columns that it reads. */
import type { ClickHouseClient } from '@clickhouse/client';
import { startTestClickHouse, type TestClickHouse, uniqueName } from '@spanwise/testkit';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { emptyViews } from './contents.ts';
import { differingRevisions } from './stored-revisions.ts';
import { compareViews } from './table-comparison.ts';
import { tablesAt } from './tables.ts';

let server: TestClickHouse;
let tables: ClickHouseClient;
let [disturbed, undisturbed]: [string, string] = ['', ''];

beforeAll(async () => {
  server = await startTestClickHouse();
  tables = tablesAt(server.url);
});

afterAll(async () => {
  await tables?.close();
  await server?.[Symbol.asyncDispose]();
});

beforeEach(async () => {
  [disturbed, undisturbed] = [uniqueName('disturbed'), uniqueName('undisturbed')];
  const columns = {
    finding_rows: 'finding_id String, revision Int32, summary String',
    run_rows: 'trace_id String, continuation Int32, revision Int32',
    session_rows: 'session_id String, revision Int32',
  };
  for (const database of [disturbed, undisturbed]) {
    await tables.command({ query: `CREATE DATABASE ${database}` });
    for (const [table, list] of Object.entries(columns)) {
      await tables.command({ query: `CREATE TABLE ${database}.${table} (${list}) ENGINE = Memory` });
    }
  }
});

async function insert(database: string, table: string, ...values: object[]): Promise<void> {
  await tables.insert({ table: `${database}.${table}`, values, format: 'JSONEachRow' });
}

const finding = (revision: number, summary = 'said') => ({ finding_id: 'f', revision, summary });

it('asks for the latest revision of findings, of each continuation of a run, and of sessions', async () => {
  await insert(disturbed, 'finding_rows', finding(1), finding(2));
  await insert(disturbed, 'run_rows', { trace_id: 'a', continuation: 0, revision: 2 });
  await insert(disturbed, 'run_rows', { trace_id: 'a', continuation: 1, revision: 3 });
  await insert(disturbed, 'session_rows', { session_id: 's', revision: 4 });
  const latest = (findings: number) =>
    new Map([
      ['findings', new Map([['f', findings]])],
      [
        'runs',
        new Map([
          ['a 0', 2],
          ['a 1', 3],
        ]),
      ],
      ['sessions', new Map([['s', 4]])],
    ]);
  expect(await differingRevisions(tables, disturbed, latest(2))).toEqual([]);
  expect(await differingRevisions(tables, disturbed, latest(3))).toEqual(['finding_rows f: revision 2 in place of 3']);
  await insert(disturbed, 'finding_rows', finding(1));
  expect(await differingRevisions(tables, disturbed, latest(2))).toEqual(['finding_rows f: 2 rows of one revision']);
});

it('compares superseded rows that both sides still have, and those alone', async () => {
  const pair = { view: 'finding_rows', key: ['finding_id', 'revision'], merging: true };
  await insert(undisturbed, 'finding_rows', finding(1), finding(2));
  await insert(disturbed, 'finding_rows', finding(2), finding(3));
  expect(await compareViews(tables, undisturbed, disturbed, [pair])).toEqual([]);
  await insert(disturbed, 'finding_rows', finding(1, 'not said'));
  expect(await compareViews(tables, undisturbed, disturbed, [pair])).toMatchObject([
    { missing: 0, extra: 0, differing: 1 },
  ]);
  expect(await compareViews(tables, undisturbed, disturbed, [{ ...pair, merging: false }])).toMatchObject([
    { missing: 0, extra: 1, differing: 1 },
  ]);
});

it('names what holds nothing', async () => {
  await insert(disturbed, 'session_rows', { session_id: 's', revision: 1 });
  expect(await emptyViews(tables, disturbed, ['run_rows', 'session_rows'])).toEqual(['run_rows']);
});

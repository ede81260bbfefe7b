/** What is asked of ClickHouse, on tables with the columns that it reads. */
import { uniqueName } from '@spanwise/testkit';
import { beforeEach, expect, it } from 'vitest';
import { emptyViews } from './contents.ts';
import { differingRevisions } from './stored-revisions.ts';
import { compareViews } from './table-comparison.ts';
import { TestTables } from './tables.fixture.ts';

const tables = new TestTables();
let [disturbed, undisturbed]: [string, string] = ['', ''];

beforeEach(async () => {
  [disturbed, undisturbed] = [uniqueName('disturbed'), uniqueName('undisturbed')];
  const columns = {
    finding_rows: 'finding_id String, revision Int32, summary String',
    run_rows: 'trace_id String, continuation Int32, revision Int32',
    session_rows: 'session_id String, revision Int32',
  };
  for (const database of [disturbed, undisturbed]) await tables.create(database, columns);
});

const finding = (revision: number, summary = 'said') => ({ finding_id: 'f', revision, summary });

it('asks for the latest revision of findings, of each continuation of a run, and of sessions', async () => {
  await tables.insert(disturbed, 'finding_rows', finding(1), finding(2));
  await tables.insert(disturbed, 'run_rows', { trace_id: 'a', continuation: 0, revision: 2 });
  await tables.insert(disturbed, 'run_rows', { trace_id: 'a', continuation: 1, revision: 3 });
  await tables.insert(disturbed, 'session_rows', { session_id: 's', revision: 4 });
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
  expect(await differingRevisions(tables.client, disturbed, latest(2))).toEqual([]);
  expect(await differingRevisions(tables.client, disturbed, latest(3))).toEqual([
    'finding_rows f: revision 2 in place of 3',
  ]);
  await tables.insert(disturbed, 'finding_rows', finding(1));
  expect(await differingRevisions(tables.client, disturbed, latest(2))).toEqual([
    'finding_rows f: 2 rows of one revision',
  ]);
});

it('compares superseded rows that both sides still have, and those alone', async () => {
  const pair = { view: 'finding_rows', key: ['finding_id', 'revision'], merging: true };
  await tables.insert(undisturbed, 'finding_rows', finding(1), finding(2));
  await tables.insert(disturbed, 'finding_rows', finding(2), finding(3));
  expect(await compareViews(tables.client, undisturbed, disturbed, [pair])).toEqual([]);
  await tables.insert(disturbed, 'finding_rows', finding(1, 'not said'));
  expect(await compareViews(tables.client, undisturbed, disturbed, [pair])).toMatchObject([
    { missing: 0, extra: 0, differing: 1 },
  ]);
  expect(await compareViews(tables.client, undisturbed, disturbed, [{ ...pair, merging: false }])).toMatchObject([
    { missing: 0, extra: 1, differing: 1 },
  ]);
});

it('names what holds nothing', async () => {
  await tables.insert(disturbed, 'session_rows', { session_id: 's', revision: 1 });
  expect(await emptyViews(tables.client, disturbed, ['run_rows', 'session_rows'])).toEqual(['run_rows']);
});

import type { ClickHouseClient } from '@clickhouse/client';
import { eachRow } from './tables.ts';

interface RevisionTable {
  readonly topic: string;
  readonly table: string;
  /** The id of what a row is about, as topic-comparison makes it */
  readonly id: string;
}

/** Tables that keep every revision until they merge */
const TABLES: readonly RevisionTable[] = [
  { topic: 'findings', table: 'finding_rows', id: 'finding_id' },
  { topic: 'runs', table: 'run_rows', id: "concat(trace_id, ' ', toString(continuation))" },
  { topic: 'sessions', table: 'session_rows', id: 'session_id' },
];

/** The greatest revision of each id, by topic. */
export type LatestRevisions = ReadonlyMap<string, ReadonlyMap<string, number>>;

/**
 * Compares the revisions that are stored with those that were said, withdrawn ones included, which views do not show: the latest
 * of each id is there, none that was never said, and none twice. Whether a superseded one was ever stored cannot be
 * seen once its table has merged.
 *
 * @returns what is not so, in words
 */
export async function differingRevisions(
  tables: ClickHouseClient,
  database: string,
  latest: LatestRevisions,
): Promise<string[]> {
  const problems: string[] = [];
  for (const { topic, table, id } of TABLES) {
    const stored = new Map<string, StoredRevisions>();
    await eachRow(
      tables,
      `SELECT id, toString(min(revision)), toString(max(revision)), toString(max(copies)) FROM (
         SELECT ${id} AS id, revision, count() AS copies FROM ${database}.${table} GROUP BY id, revision
       ) GROUP BY id`,
      ([key = '', least = '', most = '', copies = '']) =>
        stored.set(key, { least: Number(least), most: Number(most), copies: Number(copies) }),
    );
    problems.push(...compareRevisions(latest.get(topic) ?? new Map(), stored).map((what) => `${table} ${what}`));
  }
  return problems;
}

export interface StoredRevisions {
  readonly least: number;
  readonly most: number;
  /** Rows of one revision at most */
  readonly copies: number;
}

/** The same for one table, its rows at hand. */
export function compareRevisions(
  latest: ReadonlyMap<string, number>,
  stored: ReadonlyMap<string, StoredRevisions>,
): string[] {
  const problems: string[] = [];
  for (const [id, revision] of latest) {
    const there = stored.get(id);
    if (!there) problems.push(`${id}: not there`);
    else if (there.most !== revision) problems.push(`${id}: revision ${there.most} in place of ${revision}`);
    else if (there.least < 1) problems.push(`${id}: revision ${there.least}`);
    else if (there.copies > 1) problems.push(`${id}: ${there.copies} rows of one revision`);
  }
  for (const id of stored.keys()) if (!latest.has(id)) problems.push(`${id}: never said`);
  return problems;
}

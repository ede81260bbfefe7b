import type { ClickHouseClient } from '@clickhouse/client';
import { rowsOf } from './tables.ts';

/** A view as two systems filled it, each in its database. */
export interface ViewPair {
  readonly view: string;
  /** Columns that say which row is which */
  readonly key: readonly string[];
  /** What is compared, as SQL; default: every column */
  readonly content?: string;
  /** Conditions that part the rows, so that no comparison holds too many at once */
  readonly parts?: readonly string[];
  /** Rows that only one side has are no difference: they may have merged away. */
  readonly merging?: boolean;
}

export interface RowDifference {
  readonly view: string;
  readonly missing: number;
  readonly extra: number;
  readonly differing: number;
  /** Keys of some of them */
  readonly examples: readonly string[];
}

const EXAMPLES = 10;

/** Parts of a table by the first digit of its trace ids. */
export const BY_TRACE = [...'0123456789abcdef'].map((digit) => `startsWith(trace_id, '${digit}')`);

/** Compares two databases row by row, field by field. Gives what differs; views that are equal are left out. */
export async function compareViews(
  tables: ClickHouseClient,
  expected: string,
  found: string,
  pairs: readonly ViewPair[],
): Promise<RowDifference[]> {
  const differences: RowDifference[] = [];
  for (const pair of pairs) {
    const sum = { view: pair.view, missing: 0, extra: 0, differing: 0, examples: [] as string[] };
    for (const part of pair.parts ?? ['1']) {
      const [row] = await rowsOf<Omit<RowDifference, 'view'>>(tables, comparison(pair, expected, found, part));
      sum.missing += row?.missing ?? 0;
      sum.extra += row?.extra ?? 0;
      sum.differing += row?.differing ?? 0;
      sum.examples.push(...(row?.examples ?? []));
    }
    if (sum.missing + sum.extra + sum.differing > 0) {
      differences.push({ ...sum, examples: sum.examples.slice(0, EXAMPLES) });
    }
  }
  return differences;
}

/** A key that is on one side only has the other side's hash 0. */
function comparison(
  { view, key, content = '*', merging }: ViewPair,
  expected: string,
  found: string,
  part: string,
): string {
  const side = (database: string) =>
    `(SELECT toString(tuple(${key.join()})) AS id, greatest(1, sipHash64(toString(tuple(${content})))) AS content
      FROM ${database}.${view} WHERE ${part})`;
  return `SELECT
      countIf(f.content = 0) AS missing,
      countIf(e.content = 0) AS extra,
      countIf(e.content != 0 AND f.content != 0) AS differing,
      groupArray(${EXAMPLES})(if(empty(e.id), f.id, e.id)) AS examples
    FROM ${side(expected)} AS e FULL OUTER JOIN ${side(found)} AS f ON e.id = f.id
    WHERE e.content != f.content${merging ? ' AND e.content != 0 AND f.content != 0' : ''}`;
}

import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { LocalConfig } from '../config.ts';
import type { RunningPipeline } from './state-file.ts';

/** A client for the tables of a running pipeline; the password is in the environment only. */
export function tablesOf(pipeline: RunningPipeline, config: LocalConfig): ClickHouseClient {
  return createClient({
    url: pipeline.clickhouseUrl,
    username: pipeline.clickhouseUser,
    password: config.clickhousePassword,
    database: pipeline.database,
    // whoever asks tells people; the client itself would print a page for each failure
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
}

/** All rows of a query, typed by the caller, who wrote it. */
export async function rowsOf<Row>(
  tables: ClickHouseClient,
  query: string,
  params: Record<string, unknown> = {},
): Promise<Row[]> {
  const result = await tables.query({ query, query_params: params, format: 'JSONEachRow' });
  return await result.json<Row>();
}

/** Ids that one query names: far below the limits of a URL and of the parser. */
const BATCH = 500;

/** Runs a query that has the parameter `ids` for as many batches of ids as needed. */
export async function rowsByIds<Row>(tables: ClickHouseClient, query: string, ids: Iterable<string>): Promise<Row[]> {
  const rows: Row[] = [];
  const all = [...ids];
  for (let start = 0; start < all.length; start += BATCH) {
    rows.push(...(await rowsOf<Row>(tables, query, { ids: all.slice(start, start + BATCH) })));
  }
  return rows;
}

import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';

/** A client for whole tables: queries may take minutes. */
export function tablesAt(url: string): ClickHouseClient {
  return createClient({
    url,
    request_timeout: 600_000,
    // whoever asks tells people
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
}

/** All rows of a query, typed by the caller, who wrote it. */
export async function rowsOf<Row>(tables: ClickHouseClient, query: string): Promise<Row[]> {
  const result = await tables.query({ query, format: 'JSONEachRow' });
  return await result.json<Row>();
}

/** Rows of a query of texts, as they come. */
export async function eachRow(
  tables: ClickHouseClient,
  query: string,
  visit: (row: readonly string[]) => void,
): Promise<void> {
  const result = await tables.query({ query, format: 'JSONCompactEachRow' });
  for await (const rows of result.stream<string[]>()) for (const row of rows) visit(row.json());
}

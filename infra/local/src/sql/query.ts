export interface SqlTarget {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Format of results whose query names none */
  readonly format: string;
  readonly color: boolean;
}

/** ClickHouse refused the query, in its own words. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
}

/**
 * Runs one statement and writes its result as ClickHouse formats it. The statement ends on the server, too, when the
 * signal aborts.
 *
 * @throws SqlError
 */
export async function runSql(
  target: SqlTarget,
  statement: string,
  out: NodeJS.WritableStream,
  signal?: AbortSignal,
): Promise<void> {
  const url = new URL(target.url);
  const settings = {
    database: target.database,
    default_format: target.format,
    // an error must come as an error, not after half a result
    wait_end_of_query: '1',
    output_format_pretty_color: target.color ? '1' : '0',
    output_format_pretty_row_numbers: '0',
    cancel_http_readonly_queries_on_client_close: '1',
  };
  for (const [name, value] of Object.entries(settings)) url.searchParams.set(name, value);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'x-clickhouse-user': target.user, 'x-clickhouse-key': target.password },
    body: statement,
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw new SqlError('interrupted');
    throw new SqlError(
      `${target.url} does not answer: ${(error as { cause?: { code?: string } }).cause?.code ?? error}`,
    );
  });
  if (!response.ok) throw new SqlError(shortened((await response.text()).trim()));
  for await (const chunk of response.body ?? []) await written(out, chunk);
}

function written(out: NodeJS.WritableStream, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    out.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}

/** A syntax error lists everything that the grammar allows there, which no one reads. */
function shortened(message: string): string {
  return message.replace(/( Expected one of: .{120}).*\. \((\w+)\)/s, '$1… ($2)');
}

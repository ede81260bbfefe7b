import { Readable } from 'node:stream';
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import type { Health, Logger } from '@spanwise/runtime';
import type { WriterSchema } from '@spanwise/schemas';
import { Backoff } from '@spanwise/stream';
import type { StoreMetrics } from '../metrics.ts';
import { type AvroBlock, avroFile, columnsOf } from './avro-file.ts';
import type { DeduplicationWindow } from './deduplication-window.ts';
import { classifyInsertError } from './insert-errors.ts';
import type { RateLimit } from './rate-limit.ts';

export interface Insert {
  table: string;
  writer: WriterSchema;
  blocks: readonly AvroBlock[];
  /** Records in the blocks */
  records: number;
  token: string;
}

/** `stored` (now or earlier under the same token), or what the server says again and again about this data. */
export type InsertOutcome =
  | { result: 'stored' }
  | { result: 'refused'; detail: string }
  | { result: 'too_large'; detail: string };

const RETRY_MS = { first: 200, most: 10_000 };
/** Failures of the same kind after which it is believed that they are about the data. */
const BELIEVED_AFTER = 3;

/** One insert is one block of ClickHouse, or its token would not cover it; batches are far below these bounds. */
const oneBlock: ClickHouseSettings = {
  async_insert: 0,
  max_insert_threads: '1',
  max_insert_block_size: '2000000',
  min_insert_block_size_rows: '2000000',
  min_insert_block_size_bytes: String(2 ** 31),
  input_format_avro_allow_missing_fields: 1,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  insert_deduplicate: 1,
  // the answer comes when everything is written, so that an error has its status
  wait_end_of_query: 1,
};

export interface InserterParts {
  client: ClickHouseClient;
  rate: RateLimit;
  window: DeduplicationWindow;
  health: Health;
  metrics: StoreMetrics;
  logger: Logger;
}

/** Hands blocks over to ClickHouse as they are. Never gives up on a server that is away. */
export class Inserter {
  readonly #parts: InserterParts;

  constructor(parts: InserterParts) {
    this.#parts = parts;
  }

  /** Tries until the outcome is certain. Rejects only with the signal's reason when it is aborted. */
  async insert(insert: Insert, signal: AbortSignal): Promise<InsertOutcome> {
    const { rate, window, health, metrics, logger } = this.#parts;
    const body = avroFile(insert.writer, insert.blocks);
    const bodyBytes = body.reduce((sum, chunk) => sum + chunk.length, 0);
    const { table, records } = insert;
    const backoff = new Backoff(RETRY_MS);
    let sameKind = 0;
    let lastKind = '';
    for (let failures = 0; ; ) {
      await rate.turn(signal);
      const stopTimer = metrics.insertDuration.startTimer({ table });
      try {
        await this.#send(insert, body);
        window.inserted(table);
        metrics.inserts.inc({ table, result: 'stored' });
        metrics.batchRows.observe({ table }, records);
        metrics.batchBytes.observe({ table }, bodyBytes);
        health.set('clickhouse', true);
        return { result: 'stored' };
      } catch (error) {
        const kind = classifyInsertError(error);
        const detail = error instanceof Error ? error.message : String(error);
        metrics.inserts.inc({ table, result: kind === 'refused' ? 'refused' : 'failed' });
        sameKind = kind === lastKind ? sameKind + 1 : 1;
        lastKind = kind;
        failures++;
        if (kind !== 'refused') health.set('clickhouse', false, `${table}: ${detail}`);
        if (kind !== 'retry' && sameKind >= BELIEVED_AFTER) return { result: kind, detail };
        logger.warn({ table, token: insert.token, failures, kind, err: error }, 'an insert failed and is tried again');
      } finally {
        stopTimer();
      }
      metrics.retries.inc({ operation: 'insert' });
      await backoff.wait(signal);
    }
  }

  async #send({ table, writer, token }: Insert, body: readonly Buffer[]): Promise<void> {
    const columns = columnsOf(writer).map((name) => `\`${name}\``);
    const { stream } = await this.#parts.client.exec({
      query: `INSERT INTO ${table} (${columns.join(', ')}) FORMAT Avro`,
      values: Readable.from(body, { objectMode: false }),
      clickhouse_settings: { ...oneBlock, insert_deduplication_token: token },
    });
    // an unread answer would keep the connection
    for await (const _ of stream);
  }
}

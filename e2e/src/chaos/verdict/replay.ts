import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { replayLetters, startStoreHere } from '@spanwise/local';
import { learnSchema } from '@spanwise/schemas';
import type { Kafka } from 'kafkajs';
import { laterSchema } from '../poison/later-schema.ts';
import { rowsOf } from './tables.ts';

export interface ReplayParts {
  readonly kafka: Kafka;
  readonly brokers: readonly string[];
  readonly clickhouseUrl: string;
  readonly tables: ClickHouseClient;
  readonly database: string;
  /** Ids of spans that died for want of their schema, by their traces' */
  readonly replayable: ReadonlyMap<string, string>;
}

export interface Replay {
  /** Spans that are stored now */
  readonly stored: number;
  readonly problems: readonly string[];
}

const PATIENCE_MS = 60_000;
const POLL_MS = 500;

/**
 * Sends back what died for want of a schema, once that is known, as `npm run dead-letters -- replay` does, to a `store` that knows
 * it too: each of the spans has to be there then, once, however often it is replayed.
 */
export async function replayWhatCanBeRead(parts: ReplayParts): Promise<Replay> {
  const { kafka, replayable } = parts;
  if (replayable.size === 0) return { stored: 0, problems: [] };
  const problems: string[] = [];
  const before = await storedOf(parts);
  if (before.size > 0) problems.push(`${before.size} spans of an unknown schema were stored`);
  learnSchema(laterSchema);
  await using _store = await startStoreHere({
    SPANWISE_KAFKA_BROKERS: parts.brokers.join(),
    SPANWISE_CLICKHOUSE_URL: parts.clickhouseUrl,
    SPANWISE_CLICKHOUSE_DATABASE: parts.database,
  });
  const everything = { ids: [], service: undefined, since: undefined, until: undefined };
  const filter = { ...everything, topic: 'spans', reason: 'unknown_schema' } as const;
  const wishes = { filter, dryRun: false, again: false, force: false };
  const { sent } = await replayLetters(kafka, '', wishes);
  if (sent < replayable.size) problems.push(`${sent} letters were replayed, of ${replayable.size} that can be read`);
  const again = await replayLetters(kafka, '', wishes);
  if (again.sent > 0) problems.push(`${again.sent} letters were replayed twice`);
  let stored = await storedOf(parts);
  for (const start = performance.now(); stored.size < replayable.size && performance.now() - start < PATIENCE_MS; ) {
    await sleep(POLL_MS);
    stored = await storedOf(parts);
  }
  const missing = [...replayable.keys()].filter((traceId) => !stored.has(traceId));
  if (missing.length > 0) problems.push(`${missing.length} spans are not there after their replay: ${missing[0]}`);
  return { stored: stored.size, problems };
}

/** Traces whose span is in the view. */
async function storedOf({ tables, database, replayable }: ReplayParts): Promise<Set<string>> {
  const wanted = [...replayable.keys()].map((traceId) => `'${traceId}'`).join();
  const rows = await rowsOf<{ trace_id: string; span_id: string }>(
    tables,
    `SELECT trace_id, span_id FROM ${database}.spans WHERE trace_id IN (${wanted})`,
  );
  return new Set(rows.filter((row) => replayable.get(row.trace_id) === row.span_id).map((row) => row.trace_id));
}

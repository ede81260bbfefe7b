import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { untilSettled } from '@spanwise/local';
import { LAST_TIMER_MS } from './config.ts';
import type { Ledger } from './load/ledger.ts';
import { rowsOf } from './verdict/tables.ts';

interface Stored {
  readonly spans: number;
  readonly runs: number;
  readonly revisions: number;
  readonly openSessions: number;
  readonly counted: number;
}

const POLL_MS = 2_000;
const QUIET_MS = 8_000;
const PATIENCE_MS = 60_000;

/**
 * Waits until every span is stored, every run judged, every session final, and nothing moves any more.
 *
 * @returns what was still missing when patience ended, in words; empty when all is there
 */
export async function settled(
  tables: ClickHouseClient,
  database: string,
  ledger: Ledger,
  onProgress: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  onProgress('Waiting for the last runs and sessions to end');
  await sleep(LAST_TIMER_MS, undefined, { signal });
  const sent = ledger.spans + ledger.unjudged.size;
  const { missing } = await untilSettled<Stored>({
    look: () => look(tables, database),
    missing: ({ spans, runs, openSessions }) =>
      [
        spans < sent ? `${sent - spans} spans` : '',
        runs < ledger.size ? `${ledger.size - runs} runs` : '',
        openSessions > 0 ? `${openSessions} sessions not final` : '',
      ]
        .filter((part) => part !== '')
        .join(', '),
    fingerprint: (seen) => JSON.stringify(seen),
    quietMs: QUIET_MS,
    patienceMs: PATIENCE_MS,
    everyMs: POLL_MS,
    onProgress: (left) => onProgress(left === '' ? 'Everything is there; waiting for stragglers' : `Missing: ${left}`),
    signal,
  });
  return missing;
}

async function look(tables: ClickHouseClient, database: string): Promise<Stored> {
  const [row] = await rowsOf<Stored>(
    tables,
    `SELECT (SELECT count() FROM ${database}.spans) AS spans,
      (SELECT uniqExact(trace_id) FROM ${database}.runs) AS runs,
      (SELECT sum(revision) FROM ${database}.runs) + (SELECT sum(revision) FROM ${database}.sessions) AS revisions,
      (SELECT count() FROM ${database}.sessions WHERE NOT final) AS openSessions,
      (SELECT sum(span_count) FROM ${database}.step_stats) AS counted`,
  );
  if (!row) throw new Error('ClickHouse gave no answer');
  return row;
}

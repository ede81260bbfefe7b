import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { findRunning, type RunningPipeline, type ServiceName } from '@spanwise/local';
import { inject } from 'vitest';

export const repository = fileURLToPath(new URL('../../', import.meta.url));

export function pipeline(): RunningPipeline {
  const running = findRunning(inject('dataDir'));
  if (!running) throw new Error('the pipeline is not running');
  return running;
}

/** A service of the pipeline as it is now. */
export function service(name: ServiceName): RunningPipeline['services'][number] {
  const found = pipeline().services.find((each) => each.name === name);
  if (!found) throw new Error(`the pipeline has no ${name}`);
  return found;
}

/** Kills a service as a crash would; the supervisor starts it again. */
export async function crash(name: ServiceName): Promise<void> {
  const { pid } = await eventually(
    async () => service(name),
    (found) => found.pid !== null,
  );
  process.kill(pid as number, 'SIGKILL');
}

/** What a service says on /metrics. */
export async function metricsOf(name: ServiceName): Promise<string> {
  return await (await fetch(service(name).metricsUrl)).text();
}

/** Spans that `ingest` has acknowledged since it started. */
export async function acknowledgedSpans(): Promise<number> {
  const counts = (await metricsOf('ingest')).matchAll(/^spanwise_ingest_spans_total\{.*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

export function clickhouse(): ClickHouseClient {
  const { clickhouseUrl, database } = pipeline();
  return createClient({ url: clickhouseUrl, database });
}

/** Rows of a query; `parameters` are bound by name (`{id:String}`). */
export async function rows<T>(query: string, parameters: Record<string, unknown> = {}): Promise<T[]> {
  await using client = disposable(clickhouse());
  const result = await client.value.query({ query, query_params: parameters, format: 'JSONEachRow' });
  return await result.json<T>();
}

/** Asks until `enough` says so, at most for `patienceMs`; the last answer. */
export async function eventually<T>(ask: () => Promise<T>, enough: (seen: T) => boolean, patienceMs = 60_000) {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const seen = await ask();
    if (enough(seen) || performance.now() > deadline) return seen;
    await sleep(250);
  }
}

export interface Command {
  child: ChildProcess;
  /** Exit code and all output, when it has ended. */
  ended: Promise<{ code: number | null; output: string }>;
}

/** A command of the project, started as its npm script does, from the repository's root. */
export function command(script: 'replay' | 'demo' | 'sql', args: readonly string[]): Command {
  const entry = join(repository, 'infra/local/src', script, 'main.ts');
  const child = spawn(process.execPath, [entry, ...args], { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, output }));
  });
  return { child, ended };
}

export interface FileReport {
  file: string;
  spansRead: number;
  spansStored: number;
  spansLost: number;
  spansDuplicated: number;
  runs: number;
  sessions: number;
  finalVerdicts: number;
  deadLetters: number;
  findingsByPattern: Record<string, number>;
  auc: number | null;
}

export interface ReplayReport {
  ok: boolean;
  files: FileReport[];
  problems: string[];
}

export const readReport = (file: string): ReplayReport => JSON.parse(readFileSync(file, 'utf8'));

function disposable(client: ClickHouseClient) {
  return { value: client, [Symbol.asyncDispose]: () => client.close() };
}

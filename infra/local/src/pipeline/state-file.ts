import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const runningService = z.object({
  name: z.string(),
  /** null while it waits to be started again */
  pid: z.number().nullable(),
  restarts: z.number(),
  metricsUrl: z.string(),
  logFile: z.string(),
});

const runningPipeline = z.object({
  /** Of the command that started everything and ends it */
  pid: z.number(),
  startedAt: z.iso.datetime(),
  dataDir: z.string(),
  brokers: z.array(z.string()),
  topicPrefix: z.string(),
  clickhouseUrl: z.string(),
  clickhouseUser: z.string(),
  database: z.string(),
  /** Base URL of OTLP/HTTP */
  ingestUrl: z.string(),
  grpcPort: z.number(),
  services: z.array(runningService),
});

/** What other commands need to know of a pipeline that runs on this machine: `<dataDir>/pipeline.json`. */
export type RunningPipeline = Readonly<z.infer<typeof runningPipeline>>;

const fileOf = (dataDir: string) => join(dataDir, 'pipeline.json');

/** Written whole or not at all: readers may come at any time. */
export function writeState(state: RunningPipeline): void {
  const file = fileOf(state.dataDir);
  writeFileSync(`${file}.new`, `${JSON.stringify(state, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
}

export function removeState(dataDir: string): void {
  rmSync(fileOf(dataDir), { force: true });
}

/** The pipeline that runs on this data folder; undefined when there is none (a file left by a dead process is none). */
export function findRunning(dataDir: string): RunningPipeline | undefined {
  let text: string;
  try {
    text = readFileSync(fileOf(dataDir), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
  const state = runningPipeline.safeParse(parseJson(text));
  return state.success && isAlive(state.data.pid) ? state.data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a process of that number runs; it may be another than the one that had it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

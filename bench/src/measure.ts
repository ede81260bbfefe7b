import { type ProcessUsage, processUsage } from './process-usage.ts';

/** One stage as the report states it. */
export interface StageReport {
  stage: string;
  spans: number;
  wallSeconds: number;
  spansPerSecond: number;
  /** By process: `ingest`, `kafka`, … and `load`, the generator itself. */
  cpuSecondsPerMillionSpans: Record<string, number>;
  /** Most resident memory of any one of the processes since its start. */
  peakMemoryMiB: number;
  peakMemoryMiBByProcess: Record<string, number>;
}

/**
 * Runs `work`, which says how many spans went through, and measures the named processes over it. A process that `work`
 * starts and names by `began` is measured from its very beginning, its start included.
 */
export async function measureStage(
  stage: string,
  running: Readonly<Record<string, number>>,
  work: (began: (name: string, pid: number) => void) => Promise<number>,
): Promise<StageReport> {
  const pids = new Map(Object.entries(running));
  const before = new Map([...pids].map(([name, pid]) => [name, processUsage(pid).cpuSeconds]));
  const startedAt = performance.now();
  const spans = await work((name, pid) => pids.set(name, pid));
  const wallSeconds = (performance.now() - startedAt) / 1000;
  const after = [...pids].map(([name, pid]): [string, ProcessUsage] => [name, processUsage(pid)]);
  const perMillion = ([name, { cpuSeconds }]: [string, ProcessUsage]): [string, number] => [
    name,
    round(((cpuSeconds - (before.get(name) ?? 0)) / spans) * 1e6),
  ];
  return {
    stage,
    spans,
    wallSeconds: round(wallSeconds),
    spansPerSecond: Math.round(spans / wallSeconds),
    cpuSecondsPerMillionSpans: Object.fromEntries(after.map(perMillion)),
    peakMemoryMiB: Math.max(...after.map(([, { peakMemoryMiB }]) => peakMemoryMiB)),
    peakMemoryMiBByProcess: Object.fromEntries(after.map(([name, { peakMemoryMiB }]) => [name, peakMemoryMiB])),
  };
}

const round = (value: number): number => Math.round(value * 100) / 100;

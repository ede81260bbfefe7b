import type { BenchSystem, RunningService } from './bench-system.ts';
import { type RequestTemplate, type Sent, sendLoad } from './load.ts';
import { measureStage, type StageReport } from './measure.ts';
import { metricSum, untilAtLeast } from './metrics-page.ts';

const CONCURRENCY = 16;

export interface StageOptions {
  system: BenchSystem;
  templates: readonly RequestTemplate[];
  spans: number;
  onProgress: (line: string) => void;
}

/** Each service alone, in the order of the data. */
export async function* measureServices(options: StageOptions): AsyncGenerator<StageReport, void, undefined> {
  const { system, onProgress } = options;
  const prefix = 'alone.';
  await system.prepare(prefix);
  const load: Sent = { spans: 0, runs: 0, sessions: 0 };

  const ingest = await system.run('ingest', prefix);
  const kafka = { kafka: system.kafkaPid };
  yield await measureStage('ingest', { ...kafka, ingest: ingest.pid, load: process.pid }, async () => {
    Object.assign(load, await send(options));
    return load.spans;
  });
  await ingest.stop();

  const catchUp = async (
    name: 'detect' | 'correlate' | 'store',
    processes: Record<string, number>,
    done: (service: RunningService) => Promise<void>,
  ) => {
    let service: RunningService | undefined;
    const report = await measureStage(name, processes, async (began) => {
      service = await system.run(name, prefix, (pid) => began(name, pid));
      await done(service);
      return load.spans;
    });
    await service?.stop();
    return report;
  };
  yield await catchUp('detect', kafka, (service) => judged(service, load, onProgress));
  yield await catchUp('correlate', kafka, (service) => correlated(service, load, onProgress));
  yield await catchUp('store', { ...kafka, clickhouse: system.clickhousePid }, (service) =>
    stored(service, load, onProgress),
  );
}

/** All services at once, from OTLP to ClickHouse. */
export async function measureTogether(options: StageOptions): Promise<StageReport> {
  const { system, onProgress } = options;
  const prefix = 'together.';
  await system.prepare(prefix);
  const ingest = await system.run('ingest', prefix);
  const detect = await system.run('detect', prefix);
  const correlate = await system.run('correlate', prefix);
  const store = await system.run('store', prefix);
  const processes = {
    ingest: ingest.pid,
    detect: detect.pid,
    correlate: correlate.pid,
    store: store.pid,
    kafka: system.kafkaPid,
    clickhouse: system.clickhousePid,
    load: process.pid,
  };
  const report = await measureStage('end-to-end', processes, async () => {
    const load = await send(options);
    await Promise.all([judged(detect, load, onProgress), stored(store, load, onProgress)]);
    await correlated(correlate, load, onProgress);
    return load.spans;
  });
  for (const service of [ingest, detect, correlate, store]) await service.stop();
  return report;
}

async function send({ system, templates, spans, onProgress }: StageOptions): Promise<Sent> {
  return sendLoad(templates, {
    url: system.ingestUrl,
    spans,
    concurrency: CONCURRENCY,
    onProgress: (sent) => onProgress(`sent ${sent.toLocaleString('en')} of ${spans.toLocaleString('en')} spans`),
  });
}

async function judged(detect: RunningService, load: Sent, onProgress: (line: string) => void): Promise<void> {
  const ask = (name: string) => () => metricSum(detect.metricsUrl, name);
  await untilAtLeast('spans judged', load.spans, ask('spanwise_detect_spans_total'), onProgress);
  await untilAtLeast('runs ended', load.runs, ask('spanwise_runs_total'), onProgress);
}

async function correlated(correlate: RunningService, load: Sent, onProgress: (line: string) => void): Promise<void> {
  const ask = () => metricSum(correlate.metricsUrl, 'spanwise_sessions_total');
  await untilAtLeast('sessions judged', load.sessions, ask, onProgress);
}

async function stored(store: RunningService, load: Sent, onProgress: (line: string) => void): Promise<void> {
  const lagging = async () => -(await metricSum(store.metricsUrl, 'spanwise_store_lag_messages'));
  const rows = () => metricSum(store.metricsUrl, 'spanwise_store_rows_total');
  await untilAtLeast('rows stored', load.spans, rows, onProgress);
  await untilAtLeast('records not stored', 0, lagging, () => {});
}

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LogClock } from '@spanwise/stream';
import { inheritedEnvironment, type LocalConfig } from '../config.ts';
import type { ServiceEvent, SupervisedService } from '../supervision/supervised-service.ts';
import { Supervisor } from '../supervision/supervisor.ts';
import type { Lifetimes } from './lifetimes.ts';
import { choosePorts, type PipelinePorts, type PortWishes } from './pipeline-ports.ts';
import { type Platform, startPlatformFor } from './platform.ts';
import { prepareKafka } from './prepare-kafka.ts';
import { prepareTables } from './prepare-tables.ts';
import { serviceSpecs } from './services.ts';
import { findRunning, type RunningPipeline, removeState, writeState } from './state-file.ts';

const READY_TIMEOUT_MS = 180_000;

export interface PipelineOptions {
  readonly config: LocalConfig;
  /** Data of embedded servers, logs, and the state file; a later start finds the data again. */
  readonly dataDir: string;
  readonly ports: PortWishes;
  /** Without, those of production. */
  readonly lifetimes?: Lifetimes;
  /** Whose clock log time is; `messages` where whoever writes `spans` and `signals` lets time pass. Default `broker`. */
  readonly clock?: LogClock;
  /** One line for each step worth showing to a person who waits. */
  readonly onProgress: (line: string) => void;
  /** What happens to services, from their first start on. */
  readonly onEvent?: (event: ServiceEvent) => void;
}

export interface PipelineHandle extends AsyncDisposable {
  /** As other commands see it, now. */
  readonly state: RunningPipeline;
  readonly services: readonly SupervisedService[];
  /** Resolves with what ended when Kafka or ClickHouse ends by itself. */
  readonly platformEnded: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts the whole pipeline on this machine from source and waits until every service is ready. If anything cannot
 * start, what has been started is stopped and the failure thrown.
 *
 * @throws PrerequisiteError, PortTakenError or Error with a message for the person at the terminal.
 */
export async function startPipeline(options: PipelineOptions): Promise<PipelineHandle> {
  const { config, dataDir, onProgress } = options;
  const running = findRunning(dataDir);
  if (running) {
    throw new Error(
      `A pipeline is already running on ${dataDir} (process ${running.pid}): stop it, or choose another --data-dir.`,
    );
  }
  mkdirSync(dataDir, { recursive: true });
  await using undo = new AsyncDisposableStack();
  const ports = await choosePorts(options.ports, onProgress);
  const platform = await startPlatformFor(config, dataDir, ports, onProgress);
  undo.defer(() => platform.stop());
  await Promise.all([
    prepareKafka(platform.brokers, config.topicPrefix, options.clock),
    prepareTables(config, platform.clickhouseUrl),
  ]);

  const supervisor = new Supervisor({
    logDir: join(dataDir, 'logs'),
    onEvent(event) {
      options.onEvent?.(event);
      if (isUp) publish();
    },
  });
  undo.defer(() => removeState(dataDir));
  undo.defer(() => supervisor.stop());
  let isUp = false;
  const describe = stateDescription(options, platform, ports, supervisor);
  const publish = () => writeState(describe());
  onProgress('Services: starting');
  for (const spec of serviceSpecs(factsOf(options, platform, ports), inheritedEnvironment())) supervisor.start(spec);
  await Promise.all(supervisor.services.map((service) => service.whenReady(READY_TIMEOUT_MS)));
  isUp = true;
  publish();
  onProgress('Services: ready');

  const parts = undo.move();
  const stop = () => parts.disposeAsync();
  return {
    get state() {
      return describe();
    },
    services: supervisor.services,
    platformEnded: platform.ended,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function factsOf(options: PipelineOptions, platform: Platform, ports: PipelinePorts) {
  const { database, topicPrefix } = options.config;
  const { brokers, clickhouseUrl } = platform;
  const { http: httpPort, grpc: grpcPort, metrics: metricsPorts } = ports;
  return {
    brokers,
    topicPrefix,
    clickhouseUrl,
    database,
    httpPort,
    grpcPort,
    metricsPorts,
    lifetimes: options.lifetimes ?? {},
    clock: options.clock ?? 'broker',
  };
}

function stateDescription(options: PipelineOptions, platform: Platform, ports: PipelinePorts, supervisor: Supervisor) {
  const startedAt = new Date().toISOString();
  const { config, dataDir } = options;
  return (): RunningPipeline => ({
    pid: process.pid,
    startedAt,
    dataDir,
    brokers: [...platform.brokers],
    topicPrefix: config.topicPrefix,
    clickhouseUrl: platform.clickhouseUrl,
    clickhouseUser: config.clickhouseUser,
    database: config.database,
    ingestUrl: `http://127.0.0.1:${ports.http}`,
    grpcPort: ports.grpc,
    services: supervisor.services.map((service) => ({
      name: service.name,
      pid: service.pid ?? null,
      restarts: service.restarts,
      metricsUrl: `http://127.0.0.1:${ports.metrics[service.name as keyof typeof ports.metrics]}/metrics`,
      logFile: service.logFile,
    })),
  });
}

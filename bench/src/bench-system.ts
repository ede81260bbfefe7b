import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startPlatform } from '@spanwise/embedded';
import {
  choosePorts,
  demoLifetimes,
  type PipelinePorts,
  prepareKafka,
  type ServiceName,
  Supervisor,
  serviceSpecs,
} from '@spanwise/local';

/** A service under measurement. */
export interface RunningService {
  pid: number;
  metricsUrl: string;
  stop(): Promise<void>;
}

/** Kafka and ClickHouse for the bench, and services one by one on them. */
export class BenchSystem implements AsyncDisposable {
  readonly #platform: Awaited<ReturnType<typeof startPlatform>>;
  readonly #ports: PipelinePorts;
  readonly #dataDir: string;
  readonly #onProgress: (line: string) => void;

  private constructor(
    platform: Awaited<ReturnType<typeof startPlatform>>,
    ports: PipelinePorts,
    dataDir: string,
    onProgress: (line: string) => void,
  ) {
    this.#platform = platform;
    this.#ports = ports;
    this.#dataDir = dataDir;
    this.#onProgress = onProgress;
  }

  static async start(dataDir: string, onProgress: (line: string) => void): Promise<BenchSystem> {
    mkdirSync(dataDir, { recursive: true });
    const ports = await choosePorts({ chosen: {}, others: 'any' }, onProgress);
    const platform = await startPlatform({
      dataDir,
      kafkaPort: ports.kafka,
      clickhouseHttpPort: ports.clickhouse,
      onProgress,
    });
    return new BenchSystem(platform, ports, dataDir, onProgress);
  }

  get kafkaPid(): number {
    return this.#platform.kafka.pid;
  }

  get clickhousePid(): number {
    return this.#platform.clickhouse.pid;
  }

  get ingestUrl(): string {
    return `http://127.0.0.1:${this.#ports.http}`;
  }

  /** Creates the topics of a pipeline that is told apart by its prefix. */
  async prepare(prefix: string): Promise<void> {
    await prepareKafka(this.#platform.kafka.brokers, prefix);
  }

  /** Starts one service on the topics with this prefix, and waits until it is ready. `began` is told its process at once. */
  async run(name: ServiceName, prefix: string, began: (pid: number) => void = () => {}): Promise<RunningService> {
    const facts = {
      brokers: this.#platform.kafka.brokers,
      topicPrefix: prefix,
      clickhouseUrl: this.#platform.clickhouse.url,
      database: `bench_${prefix.replaceAll(/\W/g, '')}`,
      httpPort: this.#ports.http,
      grpcPort: this.#ports.grpc,
      metricsPorts: this.#ports.metrics,
      lifetimes: demoLifetimes,
    };
    const spec = serviceSpecs(facts, process.env).find((each) => each.name === name);
    if (!spec) throw new Error(`there is no service ${name}`);
    const supervisor = new Supervisor({
      logDir: join(this.#dataDir, 'logs'),
      onEvent: (event) => {
        if (event.kind === 'started') began(event.pid);
        if (event.kind === 'ended') this.#onProgress(`${name} ended ${event.how}: the figures of this stage are void`);
      },
    });
    const service = supervisor.start(spec);
    await service.whenReady(90_000);
    return {
      pid: service.pid as number,
      metricsUrl: `http://127.0.0.1:${this.#ports.metrics[name]}/metrics`,
      stop: () => supervisor.stop(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#platform.stop();
  }
}

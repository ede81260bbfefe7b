import type { Service, ServiceDependencies } from '@spanwise/runtime';
import { Acceptor } from './accept.ts';
import { ByteBudget } from './byte-budget.ts';
import { CollectorTopic } from './collector-topic.ts';
import type { IngestConfig } from './config.ts';
import { startGrpcServer } from './grpc-server.ts';
import { type Listener, startHttpServer } from './http-server.ts';
import { KafkaLink } from './kafka-link.ts';
import { IngestMetrics } from './metrics.ts';
import { openTo, readApiKeys } from './tenants.ts';

/** Takes OTLP traces over HTTP, gRPC and the Collector's topic, and puts them into the topic `spans`; outcomes over HTTP, into `signals`. */
export class IngestService implements Service {
  readonly #config: IngestConfig;
  readonly #deps: ServiceDependencies;
  readonly #link: KafkaLink;
  readonly #acceptor: Acceptor;
  readonly #budget: ByteBudget;
  readonly #metrics: IngestMetrics;
  #http: Listener | undefined;
  #grpc: Listener | undefined;
  #collector: CollectorTopic | undefined;

  constructor(config: IngestConfig, deps: ServiceDependencies) {
    this.#config = config;
    this.#deps = deps;
    this.#metrics = new IngestMetrics(deps.registry);
    this.#link = new KafkaLink(config, { ...deps, metrics: this.#metrics });
    this.#acceptor = new Acceptor(() => this.#link.writer, this.#metrics);
    this.#budget = new ByteBudget(config.maxInFlightBytes, (bytes) => this.#metrics.inFlightBytes.set(bytes));
  }

  get ports(): { http: number; grpc: number } {
    return { http: this.#http?.port ?? 0, grpc: this.#grpc?.port ?? 0 };
  }

  /** Listens at once, answering 503 until Kafka is there; resolves when it is. */
  async start(): Promise<void> {
    const { host, httpPort, grpcPort, maxBodyBytes, maxConnections, apiKeysFile, defaultTenant } = this.#config;
    const tenantOf = apiKeysFile === undefined ? openTo(defaultTenant) : await readApiKeys(apiKeysFile);
    const { logger } = this.#deps;
    const shared = {
      host,
      maxBodyBytes,
      maxConnections,
      tenantOf,
      logger,
      acceptor: this.#acceptor,
      outcomeWriter: () => this.#link.outcomeWriter,
      budget: this.#budget,
      metrics: this.#metrics,
    };
    this.#http = await startHttpServer({ ...shared, port: httpPort });
    this.#grpc = await startGrpcServer({ ...shared, port: grpcPort });
    const connected = await this.#link.connect();
    if (connected && this.#config.otlpTopic !== '') await this.#readCollectorTopic();
  }

  async stop(): Promise<void> {
    await Promise.all([
      this.#http?.[Symbol.asyncDispose](),
      this.#grpc?.[Symbol.asyncDispose](),
      this.#collector?.[Symbol.asyncDispose](),
    ]);
    await this.#link[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #readCollectorTopic(): Promise<void> {
    const { topicPrefix, otlpTopic, defaultTenant, maxBodyBytes } = this.#config;
    this.#collector = new CollectorTopic({
      kafka: this.#link.kafka,
      group: `${topicPrefix}ingest`,
      topic: topicPrefix + otlpTopic,
      tenant: defaultTenant,
      maxBodyBytes,
      acceptor: this.#acceptor,
      budget: this.#budget,
      deadLetters: this.#link.deadLetters,
      metrics: this.#metrics,
      health: this.#deps.health,
      logger: this.#deps.logger,
    });
    await this.#collector.start();
  }
}

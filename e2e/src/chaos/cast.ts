import { join } from 'node:path';
import { type ServiceName, type SupervisedService, Supervisor } from '@spanwise/local';
import { instanceSpec } from './instance-spec.ts';
import type { ChaosPlatform } from './platform/chaos-platform.ts';

/** One process of a service, started again whenever it ends. */
export interface Instance {
  readonly service: ServiceName;
  /** `detect-2` */
  readonly name: string;
  readonly process: SupervisedService;
  /** Base URL of OTLP/HTTP; of an ingest only */
  readonly httpUrl: string;
  /** The same of OTLP/gRPC */
  readonly grpcUrl: string;
  /** Stopped by a signal: it neither works nor ends. */
  frozen: boolean;
}

export interface CastOptions {
  readonly platform: ChaosPlatform;
  readonly dataDir: string;
  readonly database: string;
  readonly onProgress: (line: string) => void;
}

/** What a process that ended is started again after: soon, as an orchestrator does, later if it ends at once each time. */
const RESTART_MS = { first: 500, most: 4_000, stable: 5_000 };
const READY_TIMEOUT_MS = 120_000;

/** All instances of all services. */
export class Cast implements AsyncDisposable {
  readonly #options: CastOptions;
  readonly #supervisor: Supervisor;
  readonly #instances: Instance[] = [];
  readonly #numbers = new Map<ServiceName, number>();

  constructor(options: CastOptions) {
    this.#options = options;
    this.#supervisor = new Supervisor({
      logDir: join(options.dataDir, 'logs'),
      onEvent: (event) => event.kind === 'refused' && options.onProgress(`${event.service}: ${event.how}`),
      settings: { backoff: RESTART_MS, pollMs: 250, stopGraceMs: 20_000 },
    });
  }

  get instances(): readonly Instance[] {
    return this.#instances;
  }

  /** Instances that a fault can be put on. */
  awake(service?: ServiceName): Instance[] {
    return this.#instances.filter(
      (each) => !each.frozen && each.process.pid !== undefined && (service === undefined || each.service === service),
    );
  }

  /** What is not as it should be, in words; empty when all are ready. */
  get unready(): string {
    return this.#instances
      .filter(({ process, frozen }) => frozen || !process.ready)
      .map(({ name, process, frozen }) => `${name}: ${frozen ? 'frozen' : process.detail}`)
      .join('; ');
  }

  /** Adds an instance of a service. It is not waited for. */
  async add(service: ServiceName): Promise<Instance> {
    const { platform, database } = this.#options;
    const number = (this.#numbers.get(service) ?? 0) + 1;
    this.#numbers.set(service, number);
    const name = `${service}-${number}`;
    const { spec, httpUrl, grpcUrl } = await instanceSpec(service, name, {
      brokers: [`127.0.0.1:${platform.brokerProxies[service].port}`],
      clickhouseUrl: `http://127.0.0.1:${platform.clickhouseProxy.port}`,
      database,
      topicPrefix: '',
    });
    const process = this.#supervisor.start(spec);
    const instance: Instance = { service, name, process, httpUrl, grpcUrl, frozen: false };
    this.#instances.push(instance);
    return instance;
  }

  /** Ends an instance in its orderly way, for good. */
  async remove(instance: Instance): Promise<void> {
    this.#instances.splice(this.#instances.indexOf(instance), 1);
    await instance.process.stop();
  }

  /** @throws ServiceStartError with its last words when one does not get ready. */
  async whenReady(): Promise<void> {
    await Promise.all(this.#instances.map(({ process }) => process.whenReady(READY_TIMEOUT_MS)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const instance of this.#instances) thaw(instance);
    await this.#supervisor.stop();
  }
}

export function freeze(instance: Instance): void {
  if (instance.process.pid === undefined) return;
  instance.frozen = true;
  process.kill(instance.process.pid, 'SIGSTOP');
}

export function thaw(instance: Instance): void {
  if (!instance.frozen) return;
  instance.frozen = false;
  const { pid } = instance.process;
  if (pid !== undefined) process.kill(pid, 'SIGCONT');
}

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ClickHouseHandle,
  type KafkaHandle,
  type ProxiedListener,
  startClickHouse,
  startKafka,
} from '@spanwise/embedded';
import { type ServiceName, serviceNames } from '@spanwise/local';
import { freePorts } from './free-ports.ts';
import { SmallDisk } from './small-disk.ts';
import { TcpProxy } from './tcp-proxy.ts';

/** The servers of the moment: a restart puts another in its place. */
interface Servers {
  kafka: KafkaHandle;
  clickhouse: ClickHouseHandle;
}

interface Starts {
  kafka(onProgress?: (line: string) => void): Promise<KafkaHandle>;
  clickhouse(onProgress?: (line: string) => void): Promise<ClickHouseHandle>;
}

interface Surroundings {
  /** In front of the broker, one for each service. */
  readonly brokerProxies: Readonly<Record<ServiceName, TcpProxy>>;
  readonly clickhouseProxy: TcpProxy;
  /** Where ClickHouse keeps its data; undefined where this user may not mount. */
  readonly disk: SmallDisk | undefined;
}

const RESTART_TRIES = 20;

/** Kafka and ClickHouse as the services see them: through proxies, ClickHouse on a disk of its own. */
export class ChaosPlatform implements AsyncDisposable, Surroundings {
  readonly brokerProxies: Readonly<Record<ServiceName, TcpProxy>>;
  readonly clickhouseProxy: TcpProxy;
  readonly disk: SmallDisk | undefined;
  readonly #servers: Servers;
  readonly #starts: Starts;
  readonly #resources: AsyncDisposableStack;

  private constructor(
    servers: Servers,
    starts: Starts,
    { brokerProxies, clickhouseProxy, disk }: Surroundings,
    resources: AsyncDisposableStack,
  ) {
    this.#servers = servers;
    this.#starts = starts;
    this.brokerProxies = brokerProxies;
    this.clickhouseProxy = clickhouseProxy;
    this.disk = disk;
    this.#resources = resources;
  }

  /**
   * Starts both servers and the proxies before them.
   *
   * @param diskMiB size of the disk of ClickHouse, where one can be made
   * @throws PrerequisiteError or StartError with a message for the person at the terminal.
   */
  static async start(dataDir: string, diskMiB: number, onProgress: (line: string) => void): Promise<ChaosPlatform> {
    await using undo = new AsyncDisposableStack();
    // the proxies first, whose ports are taken then: what is only reserved could be given to them
    const brokerProxies = {} as Record<ServiceName, TcpProxy>;
    for (const name of serviceNames) brokerProxies[name] = undo.use(await TcpProxy.start());
    const clickhouseProxy = undo.use(await TcpProxy.start());
    const [kafkaPort, clickhouseHttpPort, clickhouseTcpPort, ...behind] = await freePorts(3 + serviceNames.length);
    const kafkaProxied: ProxiedListener[] = serviceNames.map((name, index) => {
      const port = behind[index] as number;
      brokerProxies[name].targetPort = port;
      return { name: name.toUpperCase(), port, advertisedPort: brokerProxies[name].port };
    });
    clickhouseProxy.targetPort = clickhouseHttpPort as number;
    const disk = await SmallDisk.mount(join(dataDir, 'clickhouse-disk'), diskMiB);
    if (disk) undo.use(disk);
    const starts: Starts = {
      kafka: (told) => startKafka({ dataDir, kafkaPort, kafkaProxied, onProgress: told }),
      clickhouse: (told) =>
        startClickHouse({ dataDir: disk?.path ?? dataDir, clickhouseHttpPort, clickhouseTcpPort, onProgress: told }),
    };
    const servers: Partial<Servers> = {};
    undo.defer(() => servers.kafka?.stop());
    servers.kafka = await starts.kafka(onProgress);
    undo.defer(() => servers.clickhouse?.stop());
    servers.clickhouse = await starts.clickhouse(onProgress);
    return new ChaosPlatform(servers as Servers, starts, { brokerProxies, clickhouseProxy, disk }, undo.move());
  }

  /** Addresses of the broker for ourselves, past the proxies. */
  get brokers(): string[] {
    return this.#servers.kafka.brokers;
  }

  /** For ourselves, past the proxy. */
  get clickhouseUrl(): string {
    return this.#servers.clickhouse.url;
  }

  get clickhousePid(): number {
    return this.#servers.clickhouse.pid;
  }

  get kafkaPid(): number {
    return this.#servers.kafka.pid;
  }

  signalClickHouse(signal: NodeJS.Signals): void {
    this.#servers.clickhouse.kill(signal);
  }

  /** Writes to its disk that failed since ClickHouse started, and that the embedded engine made nothing of. */
  async discardedWrites(): Promise<number> {
    const query = "SELECT value FROM system.events WHERE event = 'WriteBufferFromFileDescriptorWriteFailed'";
    const path = `/?query=${encodeURIComponent(query)}`;
    const response = await again(() => fetch(this.clickhouseUrl + path, { headers: { connection: 'close' } }));
    const answer = await response.text();
    if (!response.ok) throw new Error(`ClickHouse does not tell its failed writes: ${answer}`);
    return Number(answer);
  }

  /** Ends the broker, in its orderly way or at once, and starts it again after a while. Resolves when it answers. */
  async restartKafka(how: 'stop' | 'kill', awayMs: number): Promise<void> {
    const { kafka } = this.#servers;
    // not by its own `stop`, which does not wait for ever before it kills
    kafka.kill(how === 'kill' ? 'SIGKILL' : 'SIGTERM');
    await kafka.exited;
    await sleep(awayMs);
    this.#servers.kafka = await again(() => this.#starts.kafka());
  }

  async restartClickHouse(how: 'stop' | 'kill', awayMs: number): Promise<void> {
    const { clickhouse } = this.#servers;
    if (how === 'kill') clickhouse.kill('SIGKILL');
    else await clickhouse.stop();
    await clickhouse.exited;
    await sleep(awayMs);
    this.#servers.clickhouse = await again(() => this.#starts.clickhouse());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

/** A port that was just left may be busy for a moment, a server that is being started silent. */
async function again<T>(start: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start();
    } catch (error) {
      if (tries === RESTART_TRIES) throw error;
      await sleep(1_000);
    }
  }
}

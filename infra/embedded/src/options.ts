import type { ExitStatus, GuardedProcess } from './guarded-process.ts';

/** One more way into the broker, whose clients are told an address of somebody else's: a proxy in front of it. */
export interface ProxiedListener {
  /** Upper-case letters, unique */
  readonly name: string;
  /** Where the broker listens on loopback */
  readonly port: number;
  /** The port on loopback that its clients are told to use */
  readonly advertisedPort: number;
}

export interface PlatformOptions {
  /** Holds `kafka/` and `clickhouse/`: data, generated configuration, logs. A later start finds the data again. */
  readonly dataDir: string;
  /** Loopback ports; any free ones by default. */
  readonly kafkaPort?: number | undefined;
  readonly clickhouseHttpPort?: number | undefined;
  readonly clickhouseTcpPort?: number | undefined;
  readonly kafkaProxied?: readonly ProxiedListener[] | undefined;
  /** The broker's Java heap; 512 MiB by default (about 370 MB resident). */
  readonly kafkaHeapMiB?: number | undefined;
  /** Receives one line for each step worth showing to a person who waits. */
  readonly onProgress?: ((line: string) => void) | undefined;
}

export interface ServerHandle extends AsyncDisposable {
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the server has ended, by `stop` or otherwise. */
  readonly exited: Promise<ExitStatus>;
  /** Ends the server in its own orderly way and waits for it. May be called again. */
  stop(): Promise<void>;
  /** Sends a signal to the server's process, for tests of what happens then. */
  kill(signal: NodeJS.Signals): void;
}

export interface KafkaHandle extends ServerHandle {
  readonly brokers: string[];
}

export interface ClickHouseHandle extends ServerHandle {
  /** Base URL of the HTTP interface; user `default`, no password. */
  readonly url: string;
  readonly tcpPort: number;
}

export interface PlatformHandle extends AsyncDisposable {
  readonly kafka: KafkaHandle;
  readonly clickhouse: ClickHouseHandle;
  stop(): Promise<void>;
}

/** A handle on a process that is given `stopMs` to end before it is killed. */
export function serverHandle(process: GuardedProcess, stopMs: number): ServerHandle {
  const stop = async (): Promise<void> => {
    await process.stop(stopMs);
  };
  return {
    pid: process.pid,
    logFile: process.logFile,
    exited: process.exited,
    stop,
    kill: (signal) => process.kill(signal),
    [Symbol.asyncDispose]: stop,
  };
}

import { rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clickhouseConfig, clickhouseUsers } from './clickhouse-config.ts';
import { clickhouseLibrary } from './clickhouse-library.ts';
import { spawnGuarded } from './guarded-process.ts';
import { makeFolder } from './make-folder.ts';
import { type ClickHouseHandle, type PlatformOptions, serverHandle } from './options.ts';
import { loopbackPort } from './ports.ts';
import { startServer } from './start-server.ts';

const engineFile = fileURLToPath(new URL('./clickhouse-engine.ts', import.meta.url));
/**
 * Idle, the engine ends at once. With a client connected it waits five seconds and then exits without any further
 * work, so nothing is gained by waiting for that: what it has acknowledged is in place.
 */
const stopMs = 1_500;
const killAfterSeconds = 8;

/**
 * Opens the server's own HTTP and native handlers, then waits for the end of stdin, which is the end of the engine.
 */
const serveUntilStdinEnds = `SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; SELECT * FROM file(0, 'LineAsString', 'line String')`;

/**
 * Starts a ClickHouse server on loopback and waits until it answers.
 *
 * @throws PrerequisiteError where there is no engine for this machine, or a port or the folder is in use.
 */
export async function startClickHouse(options: PlatformOptions): Promise<ClickHouseHandle> {
  const library = clickhouseLibrary();
  const onProgress = options.onProgress ?? (() => {});
  const home = join(resolve(options.dataDir), 'clickhouse');
  const paths = { data: join(home, 'data'), config: join(home, 'config.xml'), users: join(home, 'users.xml') };

  const { process: engine, handle } = await startServer<{ url: string; tcpPort: number }>({
    name: 'ClickHouse',
    home,
    portTaken: /Address already in use/,
    folderLocked: /Another server instance in same directory/,
    onProgress,
    async prepare() {
      makeFolder(paths.data);
      await writeFile(paths.config, clickhouseConfig(paths.users));
      await writeFile(paths.users, clickhouseUsers);
      // The engine makes its system database anew and stumbles over one that is there.
      await rm(join(paths.data, 'data/system'), { recursive: true, force: true });
    },
    async launch() {
      const httpPort = await loopbackPort(options.clickhouseHttpPort, 'ClickHouse (HTTP)', '--clickhouse-http-port');
      const tcpPort = await loopbackPort(options.clickhouseTcpPort, 'ClickHouse (native)', '--clickhouse-tcp-port');
      onProgress(`ClickHouse: starting on 127.0.0.1:${httpPort}`);
      const process = await spawnGuarded({
        // The engine takes its time zone from here, not from its configuration.
        command: 'env',
        args: [
          'TZ=UTC',
          globalThis.process.execPath,
          engineFile,
          library,
          '--path',
          paths.data,
          '--config-file',
          paths.config,
          '--listen_host=127.0.0.1',
          `--http_port=${httpPort}`,
          `--tcp_port=${tcpPort}`,
          '--query',
          serveUntilStdinEnds,
        ],
        logFile: join(home, 'clickhouse.log'),
        killAfterSeconds,
      });
      return { process, handle: { url: `http://127.0.0.1:${httpPort}`, tcpPort } };
    },
    isReady: async ({ url, tcpPort }) => (await answers(url)) && (await accepts(tcpPort)),
  });
  onProgress(`ClickHouse: ready on ${handle.url}`);
  return { ...serverHandle(engine, stopMs), ...handle };
}

async function answers(url: string): Promise<boolean> {
  // A connection kept alive would make a stop wait for it.
  const response = await fetch(`${url}/?query=SELECT%201`, {
    headers: { connection: 'close' },
    signal: AbortSignal.timeout(2_000),
  });
  return response.ok && (await response.text()).trim() === '1';
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const settle = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface TestkitConfig {
  /** Use these brokers in place of starting one (`SPANWISE_KAFKA_BROKERS`, `host:port` with commas between). */
  readonly kafkaBrokers: readonly string[] | undefined;
  /** Use this server in place of starting one (`SPANWISE_CLICKHOUSE_URL`). */
  readonly clickhouseUrl: string | undefined;
  /** Recorded agent runs that are not part of the repository (`SPANWISE_SHARED_DATA`). */
  readonly sharedDataDir: string;
  /** Where a container engine could listen: sockets, or `host:port`. */
  readonly containerEngines: readonly ContainerEngineAddress[];
}

export type ContainerEngineAddress = { readonly socketPath: string } | { readonly host: string; readonly port: number };

const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url));

/** Reads what the tests of this workspace take from the environment. */
export function loadTestkitConfig(env: NodeJS.ProcessEnv = process.env): TestkitConfig {
  const brokers = (env.SPANWISE_KAFKA_BROKERS ?? '').split(',').flatMap((broker) => broker.trim() || []);
  return Object.freeze({
    kafkaBrokers: brokers.length > 0 ? brokers : undefined,
    clickhouseUrl: env.SPANWISE_CLICKHOUSE_URL || undefined,
    sharedDataDir: resolve(env.SPANWISE_SHARED_DATA || join(repositoryRoot, '../shared/data')),
    containerEngines: engines(env),
  });
}

function engines(env: NodeJS.ProcessEnv): ContainerEngineAddress[] {
  if (env.DOCKER_HOST) {
    const url = new URL(env.DOCKER_HOST);
    if (url.protocol === 'unix:') return [{ socketPath: url.pathname }];
    return [{ host: url.hostname, port: Number(url.port || 2375) }];
  }
  const sockets = ['/var/run/docker.sock', join(homedir(), '.docker/run/docker.sock')];
  if (env.XDG_RUNTIME_DIR) sockets.push(join(env.XDG_RUNTIME_DIR, 'docker.sock'));
  return sockets.filter((path) => existsSync(path)).map((socketPath) => ({ socketPath }));
}

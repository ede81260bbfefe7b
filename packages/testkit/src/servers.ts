import { randomUUID } from 'node:crypto';
import { startClickHouse, startKafka } from '@spanwise/embedded';
import { loadTestkitConfig } from './config.ts';
import { containerEngineAnswers } from './container-engine.ts';
import { scratchFolder } from './scratch-folder.ts';

/** Where a test's server came from; an external one holds other people's data and must be left as it was. */
export type ServerSource = 'external' | 'container' | 'embedded';

export interface TestKafka extends AsyncDisposable {
  readonly brokers: string[];
  readonly source: ServerSource;
}

export interface TestClickHouse extends AsyncDisposable {
  readonly url: string;
  readonly source: ServerSource;
}

/**
 * A real broker for a test: the one in `SPANWISE_KAFKA_BROKERS`, else one in a container where an engine answers,
 * else an embedded one on scratch data. Disposing stops it and removes its data.
 */
export async function startTestKafka(): Promise<TestKafka> {
  const { kafkaBrokers } = loadTestkitConfig();
  if (kafkaBrokers) return { brokers: [...kafkaBrokers], source: 'external', [Symbol.asyncDispose]: async () => {} };
  if (await containerEngineAnswers()) {
    const { kafkaContainer } = await import('./containers.ts');
    const { brokers, stop } = await kafkaContainer();
    return { brokers, source: 'container', [Symbol.asyncDispose]: stop };
  }
  const { server, stop } = await embedded(startKafka);
  return { brokers: server.brokers, source: 'embedded', [Symbol.asyncDispose]: stop };
}

/**
 * A real ClickHouse server for a test, found like {@link startTestKafka}'s broker (`SPANWISE_CLICKHOUSE_URL`).
 */
export async function startTestClickHouse(): Promise<TestClickHouse> {
  const { clickhouseUrl } = loadTestkitConfig();
  if (clickhouseUrl) return { url: clickhouseUrl, source: 'external', [Symbol.asyncDispose]: async () => {} };
  if (await containerEngineAnswers()) {
    const { clickhouseContainer } = await import('./containers.ts');
    const { url, stop } = await clickhouseContainer();
    return { url, source: 'container', [Symbol.asyncDispose]: stop };
  }
  const { server, stop } = await embedded(startClickHouse);
  return { url: server.url, source: 'embedded', [Symbol.asyncDispose]: stop };
}

/**
 * A name for a topic, group or database that no other test uses, now or in an earlier run on the same server.
 * Letters, digits and `_` after the prefix, so that it is an SQL identifier too if the prefix is.
 */
export function uniqueName(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
}

async function embedded<T extends { stop(): Promise<void> }>(start: (options: { dataDir: string }) => Promise<T>) {
  const folder = await scratchFolder();
  try {
    const server = await start({ dataDir: folder.path });
    const stop = async () => {
      await server.stop();
      await folder.remove();
    };
    return { server, stop };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

import { startClickHouse, startKafka } from '@spanwise/embedded';
import type { LocalConfig } from '../config.ts';
import type { PipelinePorts } from './pipeline-ports.ts';

export interface Platform {
  readonly brokers: readonly string[];
  readonly clickhouseUrl: string;
  /** Resolves with what ended when a server of ours ends by itself; stays pending for external ones. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Kafka and ClickHouse: the ones the environment names, else embedded ones under `dataDir`, side by side. */
export async function startPlatformFor(
  config: LocalConfig,
  dataDir: string,
  ports: PipelinePorts,
  onProgress: (line: string) => void,
): Promise<Platform> {
  const options = { dataDir, kafkaPort: ports.kafka, clickhouseHttpPort: ports.clickhouse, onProgress };
  const starting = {
    kafka: config.brokers ? undefined : startKafka(options),
    clickhouse: config.clickhouseUrl ? undefined : startClickHouse(options),
  };
  const starts = await Promise.allSettled([starting.kafka, starting.clickhouse]);
  const servers = starts.flatMap((start) => (start.status === 'fulfilled' && start.value ? [start.value] : []));
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    const kafka = await starting.kafka;
    const clickhouse = await starting.clickhouse;
    return {
      brokers: kafka?.brokers ?? config.brokers ?? [],
      clickhouseUrl: clickhouse?.url ?? config.clickhouseUrl ?? '',
      ended: Promise.race([endOf('Kafka', kafka), endOf('ClickHouse', clickhouse)]),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function endOf(name: string, server: { exited: Promise<unknown>; logFile: string } | undefined): Promise<string> {
  return server
    ? server.exited.then(() => `${name} (log: ${server.logFile})`)
    : Promise.withResolvers<string>().promise;
}

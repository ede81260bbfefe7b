import kafkajs, { type Kafka, type KafkaConfig, type LogEntry } from 'kafkajs';
import { type Logger, silentLogger } from '../logger.ts';
import { registerCodecs } from './compression.ts';

export interface KafkaOptions {
  brokers: string[];
  /** Shown in the broker's logs and metrics. */
  clientId: string;
  logger?: Logger;
  /** How long, in ms, and how often to try, where the defaults do not fit. */
  patience?: Pick<KafkaConfig, 'connectionTimeout' | 'requestTimeout' | 'retry'>;
}

/**
 * The kafkajs client of every process of ours: it reads and writes all of Kafka's compressions. What kafkajs logs, errors that
 * it retries included, is logged as debug: what it cannot mend it throws, or tells by the event CRASH of a consumer.
 */
export function kafkaClient({ brokers, clientId, logger = silentLogger, patience }: KafkaOptions): Kafka {
  registerCodecs();
  return new kafkajs.Kafka({
    brokers,
    clientId,
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry: LogEntry) => {
      const { message, timestamp: _, logger: __, ...fields } = entry.log;
      logger.debug({ kafkajs: entry.namespace, ...fields }, message);
    },
    connectionTimeout: 5_000,
    requestTimeout: 20_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 6 },
    ...patience,
  });
}

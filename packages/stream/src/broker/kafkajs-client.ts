import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs, { type Kafka, type LogEntry } from 'kafkajs';
import { type Logger, silentLogger } from '../logger.ts';

const { CompressionCodecs, CompressionTypes, logLevel } = kafkajs;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: (encoder: { buffer: Buffer }) =>
    compress(encoder.buffer, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
  decompress: (buffer: Buffer) => decompress(buffer),
});

export interface KafkaOptions {
  brokers: string[];
  /** Shown in the broker's logs and metrics. */
  clientId: string;
  logger?: Logger;
}

/**
 * A kafkajs client that reads and writes zstd. What kafkajs logs, errors that it retries included, is logged as debug: what
 * it cannot mend it throws.
 */
export function kafkaClient({ brokers, clientId, logger = silentLogger }: KafkaOptions): Kafka {
  return new kafkajs.Kafka({
    brokers,
    clientId,
    logLevel: logLevel.WARN,
    logCreator: () => (entry: LogEntry) => {
      const { message, timestamp: _, logger: __, ...fields } = entry.log;
      logger.debug({ kafkajs: entry.namespace, ...fields }, message);
    },
    connectionTimeout: 5_000,
    requestTimeout: 20_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 6 },
  });
}

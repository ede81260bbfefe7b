import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brokers, type ConfigOf, httpUrl, loadConfig, optional, port, text, topicPrefix } from '@spanwise/runtime';

const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url));

const wish = (env: string, doc: string) => ({ env, schema: optional(port()), doc });

/** What the commands on one machine take from the environment; everything else in it is handed to the services. */
export const localSpec = {
  service: 'local',
  shape: {
    brokers: {
      env: 'SPANWISE_KAFKA_BROKERS',
      schema: optional(brokers()),
      doc: 'Use these brokers in place of starting one.',
    },
    clickhouseUrl: {
      env: 'SPANWISE_CLICKHOUSE_URL',
      schema: optional(httpUrl()),
      doc: 'Use this ClickHouse server (http://…) in place of starting one.',
    },
    clickhouseUser: { env: 'SPANWISE_CLICKHOUSE_USER', schema: text('default'), doc: 'User of that server.' },
    clickhousePassword: {
      env: 'SPANWISE_CLICKHOUSE_PASSWORD',
      schema: text(''),
      doc: 'Password of that user.',
      secret: true,
    },
    database: { env: 'SPANWISE_CLICKHOUSE_DATABASE', schema: text('spanwise'), doc: 'Database of all tables.' },
    topicPrefix: { env: 'SPANWISE_TOPIC_PREFIX', schema: topicPrefix(), doc: 'Put before every topic and group name.' },
    httpPort: wish('SPANWISE_INGEST_HTTP_PORT', 'Port of OTLP/HTTP; 4318, or a free one, by default.'),
    grpcPort: wish('SPANWISE_INGEST_GRPC_PORT', 'Port of OTLP/gRPC; 4317, or a free one, by default.'),
    ingestMetricsPort: wish('SPANWISE_INGEST_METRICS_PORT', 'Port of ingest’s /metrics; 9464 by default.'),
    detectMetricsPort: wish('SPANWISE_DETECT_METRICS_PORT', 'Port of detect’s /metrics; 9465 by default.'),
    correlateMetricsPort: wish('SPANWISE_CORRELATE_METRICS_PORT', 'Port of correlate’s /metrics; 9466 by default.'),
    storeMetricsPort: wish('SPANWISE_STORE_METRICS_PORT', 'Port of store’s /metrics; 9467 by default.'),
  },
};

export type LocalConfig = ConfigOf<typeof localSpec.shape>;

/**
 * @throws ConfigError that names every wrong variable.
 */
export function loadLocalConfig(env: NodeJS.ProcessEnv = process.env): LocalConfig {
  return loadConfig(localSpec, env);
}

/** The environment that services start from: everything we were given, so that it also configures them. */
export function inheritedEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...env };
}

/** Commands that start a pipeline. */
export type CommandWithData = 'demo' | 'replay' | 'evaluate';

/** Where a command keeps its data unless told otherwise. */
export function defaultDataDir(command: CommandWithData): string {
  return resolve(repositoryRoot, '.spanwise', command);
}

/** The `main.ts` of a service of this repository. */
export function serviceEntry(service: string): string {
  return resolve(repositoryRoot, 'services', service, 'src/main.ts');
}

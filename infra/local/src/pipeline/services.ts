import type { LogClock } from '@spanwise/stream';
import { serviceEntry } from '../config.ts';
import type { ServiceSpec } from '../supervision/supervised-service.ts';
import type { Lifetimes } from './lifetimes.ts';

/** The services of the pipeline in the data's order. */
export const serviceNames = ['ingest', 'detect', 'correlate', 'store'] as const;

export type ServiceName = (typeof serviceNames)[number];

/** What the services of one pipeline must agree on. */
export interface PipelineFacts {
  readonly brokers: readonly string[];
  readonly topicPrefix: string;
  readonly clickhouseUrl: string;
  readonly database: string;
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly metricsPorts: Readonly<Record<ServiceName, number>>;
  /** Of what is missing, production's */
  readonly lifetimes: Partial<Lifetimes>;
  /** Whose clock log time is; default `broker` */
  readonly clock?: LogClock;
}

/** How to start each service from source; `inherited` configures what the pipeline does not decide. */
export function serviceSpecs(facts: PipelineFacts, inherited: NodeJS.ProcessEnv): ServiceSpec[] {
  const agreed = {
    SPANWISE_HOST: '127.0.0.1',
    SPANWISE_KAFKA_BROKERS: facts.brokers.join(','),
    SPANWISE_TOPIC_PREFIX: facts.topicPrefix,
    SPANWISE_CLICKHOUSE_URL: facts.clickhouseUrl,
    SPANWISE_CLICKHOUSE_DATABASE: facts.database,
    SPANWISE_INGEST_HTTP_PORT: String(facts.httpPort),
    SPANWISE_INGEST_GRPC_PORT: String(facts.grpcPort),
    SPANWISE_LOG_CLOCK: facts.clock ?? 'broker',
  };
  return serviceNames.map((name) => ({
    name,
    command: process.execPath,
    args: [serviceEntry(name)],
    env: {
      ...facts.lifetimes,
      ...inherited,
      ...agreed,
      [`SPANWISE_${name.toUpperCase()}_METRICS_PORT`]: String(facts.metricsPorts[name]),
    },
    readyUrl: `http://127.0.0.1:${facts.metricsPorts[name]}/readyz`,
  }));
}

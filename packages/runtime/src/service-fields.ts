import { logClocks } from '@spanwise/stream';
import { boolean, brokers, oneOf, port, text, topicPrefix } from './config-fields.ts';

/** What {@link runService} itself needs of every service's configuration. */
export interface AdminConfig {
  readonly host: string;
  readonly metricsPort: number;
  readonly logLevel: string;
  readonly exitWithParent: boolean;
}

/** The settings that every service has: spread into its shape. */
export function adminFields(service: string, metricsPort: number) {
  return {
    host: {
      env: 'SPANWISE_HOST',
      schema: text('0.0.0.0'),
      doc: 'Address that all listeners of the service bind to.',
    },
    metricsPort: {
      env: `SPANWISE_${service.toUpperCase()}_METRICS_PORT`,
      schema: port(metricsPort),
      doc: 'Port of /metrics, /healthz and /readyz; 0 for any free one.',
    },
    logLevel: {
      env: 'SPANWISE_LOG_LEVEL',
      schema: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace'], 'info'),
      doc: 'The least severe log lines to print: fatal, error, warn, info, debug or trace.',
    },
    exitWithParent: {
      env: 'SPANWISE_EXIT_WITH_PARENT',
      schema: boolean(false),
      doc: 'When true, the service stops as soon as the process that started it ends (its standard input closes).',
    },
  };
}

/** The settings of a service that talks to Kafka. */
export function kafkaFields() {
  return {
    brokers: {
      env: 'SPANWISE_KAFKA_BROKERS',
      schema: brokers('127.0.0.1:9092'),
      doc: 'Kafka bootstrap servers, host:port separated by commas.',
    },
    topicPrefix: {
      env: 'SPANWISE_TOPIC_PREFIX',
      schema: topicPrefix(),
      doc: 'Put before the name of every topic and consumer group, so that several pipelines can share a cluster.',
    },
  };
}

/** The settings of a service that is one topology on Kafka. */
export function streamFields() {
  return {
    ...kafkaFields(),
    clock: {
      env: 'SPANWISE_LOG_CLOCK',
      schema: oneOf(logClocks, 'broker'),
      doc: 'Whose clock log time is: broker, or messages where time is simulated. Then the topics that are read have CreateTime, and whoever writes them lets time pass.',
    },
  };
}

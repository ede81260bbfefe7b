export { type AdminServer, type AdminServerOptions, startAdminServer } from './admin-server.ts';
export {
  ConfigError,
  type ConfigField,
  type ConfigOf,
  type ConfigShape,
  type ConfigSpec,
  describeConfig,
  loadConfig,
} from './config.ts';
export {
  boolean,
  brokers,
  bytes,
  duration,
  httpUrl,
  integer,
  oneOf,
  optional,
  parseDuration,
  port,
  text,
  topicPrefix,
} from './config-fields.ts';
export { engineMetrics } from './engine-metrics.ts';
export { type ComponentHealth, Health, type HealthReport } from './health.ts';
export { LabelBudget } from './labels.ts';
export { runService, type Service, type ServiceDependencies, type ServiceOptions } from './lifecycle.ts';
export { createLogger, type Logger } from './log.ts';
export { batchBuckets, byteBuckets, createRegistry, latencyBuckets, stepDurationBuckets } from './metrics.ts';
export { watchParent } from './parent.ts';
export { type AdminConfig, adminFields, kafkaFields, streamFields } from './service-fields.ts';
export { createStreamService, type StreamServiceConfig } from './stream-service.ts';

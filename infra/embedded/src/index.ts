export { startClickHouse } from './clickhouse.ts';
export { RESERVED_DISK_BYTES } from './clickhouse-config.ts';
export { PrerequisiteError, StartError } from './errors.ts';
export { type ExitStatus, type GuardedCommand, type GuardedProcess, spawnGuarded } from './guarded-process.ts';
export { startKafka } from './kafka.ts';
export { makeFolder } from './make-folder.ts';
export type {
  ClickHouseHandle,
  KafkaHandle,
  PlatformHandle,
  PlatformOptions,
  ProxiedListener,
  ServerHandle,
} from './options.ts';
export { startPlatform } from './platform.ts';

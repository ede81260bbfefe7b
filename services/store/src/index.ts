export { type StoreConfig, storeConfigSpec } from './config.ts';
export { ensureDatabase, migrate } from './schema/migrate.ts';
export { migrationsFolder, readMigrations } from './schema/migration-files.ts';
export { createStoreService } from './service.ts';
export { type Sink, sinks } from './sinks.ts';

import type { ClickHouseClient } from '@clickhouse/client';
import type { MigrationFile } from './migration-files.ts';

/** An applied migration's file is not what it was when it was applied. */
export class ChangedMigrationError extends Error {
  override readonly name = 'ChangedMigrationError';
}

const createLedger = `
  CREATE TABLE IF NOT EXISTS schema_migrations
  (
    version UInt32 COMMENT 'Number of the migration',
    name String COMMENT 'Its file',
    checksum String COMMENT 'SHA-256 of the file as it was applied',
    applied_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When it was applied last'
  )
  ENGINE = ReplacingMergeTree(applied_time)
  ORDER BY version
  COMMENT 'Migrations that were applied to this database'`;

/** Creates a database if it is not there. The client must be one that names none: the server refuses a database it lacks. */
export async function ensureDatabase(client: ClickHouseClient, database: string): Promise<void> {
  await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${quoteName(database)}` });
}

/**
 * Brings the client's database up to date; returns the names of the migrations applied. Several processes may do it at
 * the same moment, since every statement may run twice.
 *
 * @throws ChangedMigrationError when the file of an applied migration has changed
 */
export async function migrate(client: ClickHouseClient, files: readonly MigrationFile[]): Promise<string[]> {
  await client.command({ query: createLedger });
  const ledger = await client.query({
    query: 'SELECT version, name, checksum FROM schema_migrations FINAL',
    format: 'JSONEachRow',
  });
  const applied = new Map(
    (await ledger.json<{ version: number; name: string; checksum: string }>()).map((row) => [row.version, row]),
  );
  const newlyApplied: string[] = [];
  for (const file of files) {
    const before = applied.get(file.version);
    if (before && before.checksum !== file.checksum) {
      throw new ChangedMigrationError(
        `migration ${file.name} has changed since it was applied (then ${before.name}, SHA-256 ` +
          `${before.checksum.slice(0, 12)}…, now ${file.checksum.slice(0, 12)}…): restore the file and put the change into a new one`,
      );
    }
    if (before) continue;
    for (const query of file.statements) await client.command({ query });
    await client.insert({
      table: 'schema_migrations',
      values: [{ version: file.version, name: file.name, checksum: file.checksum }],
      columns: ['version', 'name', 'checksum'],
      format: 'JSONEachRow',
      clickhouse_settings: { async_insert: 0 },
    });
    newlyApplied.push(file.name);
  }
  return newlyApplied;
}

/** A name as SQL, in back quotes. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

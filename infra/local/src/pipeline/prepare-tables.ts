import { createClient } from '@clickhouse/client';
import { ensureDatabase, migrate, readMigrations } from '@spanwise/store';
import type { LocalConfig } from '../config.ts';

/** Brings the tables up to date, creating database and tables where they are missing. */
export async function prepareTables(config: LocalConfig, url: string): Promise<void> {
  const access = { url, username: config.clickhouseUser, password: config.clickhousePassword };
  const server = createClient(access);
  await ensureDatabase(server, config.database);
  await server.close();
  const client = createClient({ ...access, database: config.database });
  try {
    await migrate(client, readMigrations());
  } finally {
    await client.close();
  }
}

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isRepeatable, splitStatements } from './statements.ts';

export interface MigrationFile {
  version: number;
  name: string;
  /** SHA-256 of the file, hex */
  checksum: string;
  statements: string[];
}

export const migrationsFolder = fileURLToPath(new URL('../../../../infra/clickhouse/migrations/', import.meta.url));

/**
 * The migrations of a folder, in order. Throws when a file is not named `0001_what_it_does.sql`, a number is missing or
 * double, or a statement could not be repeated.
 */
export function readMigrations(folder = migrationsFolder): MigrationFile[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  return names.map((name, index) => {
    const version = Number(/^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1]);
    if (version !== index + 1) {
      throw new Error(
        `migration ${name}: expected ${String(index + 1).padStart(4, '0')}_<what_it_does>.sql; numbers count up without gaps`,
      );
    }
    const sql = readFileSync(join(folder, name), 'utf8');
    const statements = splitStatements(sql);
    const once = statements.find((statement) => !isRepeatable(statement));
    if (once) {
      throw new Error(
        `migration ${name}: "${once.slice(0, 60)}…" cannot run twice; two processes may apply it at once: write IF NOT EXISTS, IF EXISTS or OR REPLACE`,
      );
    }
    return { version, name, checksum: createHash('sha256').update(sql).digest('hex'), statements };
  });
}

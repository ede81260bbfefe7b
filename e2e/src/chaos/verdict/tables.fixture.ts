import type { ClickHouseClient } from '@clickhouse/client';
import { startTestClickHouse, type TestClickHouse } from '@spanwise/testkit';
import { afterAll, beforeAll } from 'vitest';
import { tablesAt } from './tables.ts';

/** A ClickHouse for the tests of a file, with databases of tables that have the columns that a test needs. */
export class TestTables {
  #server: TestClickHouse | undefined;
  #client: ClickHouseClient | undefined;

  constructor() {
    beforeAll(async () => {
      this.#server = await startTestClickHouse();
      this.#client = tablesAt(this.#server.url);
    });
    afterAll(async () => {
      await this.#client?.close();
      await this.#server?.[Symbol.asyncDispose]();
    });
  }

  /** Throws an Error before the first test. */
  get client(): ClickHouseClient {
    if (!this.#client) throw new Error('ClickHouse has not been started');
    return this.#client;
  }

  /** @param columns of each table, as SQL */
  async create(database: string, columns: Readonly<Record<string, string>>): Promise<void> {
    await this.client.command({ query: `CREATE DATABASE ${database}` });
    for (const [table, list] of Object.entries(columns)) {
      await this.client.command({ query: `CREATE TABLE ${database}.${table} (${list}) ENGINE = Memory` });
    }
  }

  async insert(database: string, table: string, ...values: object[]): Promise<void> {
    await this.client.insert({ table: `${database}.${table}`, values, format: 'JSONEachRow' });
  }
}

/**
 * A vitest `globalSetup`: one ClickHouse server for all integration tests of a package. In a test:
 * `const url = inject('clickhouseUrl')`, and a database named by `uniqueName`, since they share it.
 */
import type { TestProject } from 'vitest/node';
import { startTestClickHouse } from './servers.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    clickhouseUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const clickhouse = await startTestClickHouse();
  project.provide('clickhouseUrl', clickhouse.url);
  return () => Promise.resolve(clickhouse[Symbol.asyncDispose]());
}

/**
 * A vitest `globalSetup`: one broker for all integration tests of a package. In a test:
 * `const brokers = inject('kafkaBrokers')`, with names from `uniqueName`, since they share it.
 */
import type { TestProject } from 'vitest/node';
import { startTestKafka } from './servers.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    kafkaBrokers: string[];
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const kafka = await startTestKafka();
  project.provide('kafkaBrokers', kafka.brokers);
  return () => Promise.resolve(kafka[Symbol.asyncDispose]());
}

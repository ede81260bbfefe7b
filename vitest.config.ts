import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What every project of every package has: nothing waits so briefly that a busy machine fails it. */
export const everyProject = {
  setupFiles: [fileURLToPath(new URL('./vitest.seed.ts', import.meta.url))],
  // integration tests start real servers, on machines that may be slow
  testTimeout: 240_000,
  hookTimeout: 240_000,
  expect: { poll: { timeout: 60_000 } },
  // CI gives real servers on a busy machine a second chance, and its last lines name every test that needed it
  retry: Number(process.env.SPANWISE_TEST_RETRIES ?? 0),
};

/** What the configuration of every package begins with. */
export default defineConfig({
  test: {
    ...everyProject,
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', 'json'],
    outputFile: { json: 'test-results.json' },
    maxWorkers: 2,
  },
});

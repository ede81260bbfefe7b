import { defineConfig, mergeConfig } from 'vitest/config';
import workspace from '../vitest.config.ts';

export default mergeConfig(
  workspace,
  defineConfig({
    test: {
      // the whole pipeline runs once for all files, which do not disturb each other: ids are their own
      globalSetup: ['src/running-pipeline.ts'],
      fileParallelism: false,
      testTimeout: 300_000,
    },
  }),
);

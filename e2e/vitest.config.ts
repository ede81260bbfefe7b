import { defineConfig, mergeConfig } from 'vitest/config';
import workspace, { everyProject } from '../vitest.config.ts';

const each = { ...everyProject, testTimeout: 300_000, hookTimeout: 180_000, fileParallelism: false };

export default mergeConfig(
  workspace,
  defineConfig({
    test: {
      projects: [
        {
          extends: false,
          test: {
            ...each,
            name: 'pipeline',
            include: ['src/*.test.ts'],
            // the whole pipeline runs once for all files, which do not disturb each other: ids are their own
            globalSetup: ['src/running-pipeline.ts'],
            sequence: { groupOrder: 0 },
          },
        },
        {
          extends: false,
          test: {
            ...each,
            name: 'chaos',
            include: ['src/chaos/**/*.test.ts'],
            // starts systems of its own, when the other pipeline has nothing to do
            sequence: { groupOrder: 1 },
          },
        },
      ],
    },
  }),
);

import { defineConfig, mergeConfig } from 'vitest/config';
import workspace from '../../vitest.config.ts';
import { unitAndIntegration } from './src/vitest-projects.ts';

export default mergeConfig(
  workspace,
  defineConfig({ test: { projects: unitAndIntegration({ servers: ['kafka', 'clickhouse'] }) } }),
);

import { unitAndIntegration } from '@spanwise/testkit/vitest-projects';
import { defineConfig, mergeConfig } from 'vitest/config';
import workspace from '../../vitest.config.ts';

export default mergeConfig(workspace, defineConfig({ test: { projects: unitAndIntegration({ servers: ['kafka'] }) } }));

import { fileURLToPath } from 'node:url';
import { everyProject } from '../../../vitest.config.ts';

type Server = 'kafka' | 'clickhouse';

const setupFiles: Readonly<Record<Server, string>> = {
  kafka: fileURLToPath(new URL('./vitest-kafka.ts', import.meta.url)),
  clickhouse: fileURLToPath(new URL('./vitest-clickhouse.ts', import.meta.url)),
};

/**
 * The two vitest projects of a package: `unit` (`*.test.ts`, needs only Node) and `integration`
 * (`*.integration.test.ts`). The servers start only when an integration test is going to run.
 *
 *     export default defineConfig({ test: { projects: unitAndIntegration({ servers: ['kafka'] }) } });
 */
export function unitAndIntegration(options: { servers?: readonly Server[]; integrationTimeoutMs?: number } = {}) {
  const timeout = options.integrationTimeoutMs ?? everyProject.testTimeout;
  return [
    {
      extends: false,
      test: {
        ...everyProject,
        name: 'unit',
        include: ['src/**/*.test.ts'],
        exclude: ['**/*.integration.test.ts'],
        // property tests share two cores with whatever else the machine does
        testTimeout: timeout,
      },
    },
    {
      extends: false,
      test: {
        ...everyProject,
        name: 'integration',
        include: ['src/**/*.integration.test.ts'],
        globalSetup: (options.servers ?? []).map((server) => setupFiles[server]),
        testTimeout: timeout,
        hookTimeout: timeout,
      },
    },
  ];
}

import { expect, test } from 'vitest';
import { createRegistry } from './metrics.ts';

test('of the process, only counters are named as counters', async () => {
  const metrics = await createRegistry().getMetricsAsJSON();
  const names = metrics.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['process_cpu_seconds_total', 'nodejs_active_resources']));
  const types = metrics.filter(({ name }) => name.endsWith('_total')).map(({ type }) => String(type));
  expect(new Set(types)).toEqual(new Set(['counter']));
});

import { createStreamService, runService } from '@spanwise/runtime';
import { correlateConfig } from './config.ts';
import { CorrelateMetrics } from './metrics.ts';
import { correlateTopology } from './topology.ts';

await runService({
  name: 'correlate',
  spec: correlateConfig,
  create: (config, dependencies) => {
    const metrics = new CorrelateMetrics(dependencies.registry, config.maxLabels);
    return createStreamService(correlateTopology(config, metrics), config, dependencies);
  },
});

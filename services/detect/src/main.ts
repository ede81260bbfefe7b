import { createStreamService, runService } from '@spanwise/runtime';
import { detectConfig } from './config.ts';
import { detectorSource } from './detector-source.ts';
import { DetectMetrics } from './metrics.ts';
import { detectTopology } from './topology.ts';

await runService({
  name: 'detect',
  spec: detectConfig,
  create: (config, dependencies) => {
    const metrics = new DetectMetrics(dependencies.registry, config.maxLabels);
    const detectors = detectorSource(config.settingsFile, metrics, dependencies.logger);
    return createStreamService(detectTopology(config, metrics, detectors.now), config, dependencies);
  },
});

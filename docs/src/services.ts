/**
 * What the generated pages describe, in the data's order. Read from the files themselves: a service's configuration and
 * metrics are nobody's to use but its own, so most packages do not export them.
 */
import { engineMetrics } from '@spanwise/runtime';
import type { Registry } from 'prom-client';
import { correlateConfig } from '../../services/correlate/src/config.ts';
import { CorrelateMetrics } from '../../services/correlate/src/metrics.ts';
import { detectConfig } from '../../services/detect/src/config.ts';
import { DetectMetrics } from '../../services/detect/src/metrics.ts';
import { ingestConfig } from '../../services/ingest/src/config.ts';
import { IngestMetrics } from '../../services/ingest/src/metrics.ts';
import { storeConfigSpec } from '../../services/store/src/config.ts';
import { createStoreMetrics, type StoreGauges } from '../../services/store/src/metrics.ts';

export const configurations = [ingestConfig, detectConfig, correlateConfig, storeConfigSpec] as const;

/** Never asked: the pages need what is declared, not what is measured. */
const noGauges: StoreGauges = {
  lagByTopic: () => [],
  oldestUnstoredByTopic: () => [],
  windowUseByTable: () => [],
  bufferedBytes: () => 0,
  haltedPartitions: () => 0,
};

/** Registers everything that a service declares. */
export const metricsOf: Readonly<Record<string, (registry: Registry) => void>> = {
  ingest: (registry) => {
    new IngestMetrics(registry);
  },
  detect: (registry) => {
    new DetectMetrics(registry, 1);
    engineMetrics(registry, 'detect');
  },
  correlate: (registry) => {
    new CorrelateMetrics(registry, 1);
    engineMetrics(registry, 'correlate');
  },
  store: (registry) => {
    createStoreMetrics(registry, noGauges);
  },
};

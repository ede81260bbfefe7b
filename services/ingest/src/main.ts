import { runService } from '@spanwise/runtime';
import { ingestConfig } from './config.ts';
import { IngestService } from './service.ts';

await runService({
  name: 'ingest',
  spec: ingestConfig,
  create: (config, dependencies) => new IngestService(config, dependencies),
});

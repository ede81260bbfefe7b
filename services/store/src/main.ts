import { runService } from '@spanwise/runtime';
import { storeConfigSpec } from './config.ts';
import { createStoreService } from './service.ts';

await runService({ name: 'store', spec: storeConfigSpec, create: createStoreService });

import { createLogger, createRegistry, Health, loadConfig } from '@spanwise/runtime';
import { createStoreService, storeConfigSpec } from '@spanwise/store';

/**
 * `store` in this process, so that it knows the schemas that this process has learnt; it goes on where its group ended, and stops when
 * it is disposed of.
 *
 * @param environment its settings but for batches and metrics: batches of 100 ms, a free port
 */
export async function startStoreHere(environment: Readonly<Record<string, string>>): Promise<AsyncDisposable> {
  const config = loadConfig(storeConfigSpec, {
    ...environment,
    SPANWISE_STORE_METRICS_PORT: '0',
    SPANWISE_STORE_SPAN_BATCH_AGE: '100ms',
    SPANWISE_STORE_BATCH_AGE: '100ms',
  });
  const logger = createLogger('store', 'silent');
  const service = createStoreService(config, { logger, registry: createRegistry(), health: new Health() });
  await service.start();
  return { [Symbol.asyncDispose]: () => service.stop() };
}

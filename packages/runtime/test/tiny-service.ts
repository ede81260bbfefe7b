/** A service for the lifecycle tests: does what SPANWISE_TINY_BEHAVIOUR says. */
import { adminFields, ConfigError, oneOf, runService, type Service } from '../src/index.ts';

const spec = {
  service: 'tiny',
  shape: {
    ...adminFields('tiny', 0),
    behaviour: {
      env: 'SPANWISE_TINY_BEHAVIOUR',
      schema: oneOf(
        ['well', 'refuses-to-start', 'finds-a-wrong-file', 'rejects-later', 'hangs-when-stopped', 'waits-for-others'],
        'well',
      ),
      doc: 'How it fails.',
    },
  },
};

await runService({
  name: 'tiny',
  spec,
  create(config, { logger }): Service {
    const stopping = Promise.withResolvers<never>();
    stopping.promise.catch(() => {});
    const stop = async () => {
      logger.info('stopping in order');
      stopping.reject(new Error('tiny is stopping'));
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (config.behaviour === 'hangs-when-stopped') await new Promise(() => {});
    };
    return {
      ports: { tea: 1234 },
      async start() {
        if (config.behaviour === 'refuses-to-start') throw new Error('no tea');
        if (config.behaviour === 'waits-for-others') {
          logger.info('waiting');
          await stopping.promise;
        }
        if (config.behaviour === 'finds-a-wrong-file') throw new ConfigError('tiny', ['SPANWISE_TINY_LEAVES: no tea']);
        if (config.behaviour === 'rejects-later') setTimeout(() => Promise.reject(new Error('spilled')), 20);
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  },
});

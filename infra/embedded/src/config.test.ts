import { expect, test } from 'vitest';
import { loadEmbeddedConfig } from './config.ts';

test('without settings the cache lies in the repository and java comes from the PATH', () => {
  const config = loadEmbeddedConfig({});
  expect(config.cacheDir).toMatch(/\/\.spanwise\/cache$/);
  expect(config.javaCommand).toBe('java');
  expect(Object.isFrozen(config)).toBe(true);
});

test('SPANWISE_CACHE_DIR and JAVA_HOME are used where set', () => {
  const config = loadEmbeddedConfig({ SPANWISE_CACHE_DIR: '/var/cache/spanwise', JAVA_HOME: '/opt/jdk' });
  expect(config.cacheDir).toBe('/var/cache/spanwise');
  expect(config.javaCommand).toBe('/opt/jdk/bin/java');
});

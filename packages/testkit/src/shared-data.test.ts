import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { describeWithSharedData, sharedData } from './shared-data.ts';

afterEach(() => vi.unstubAllEnvs());

test('the folder is what SPANWISE_SHARED_DATA names, and nothing where that does not exist', () => {
  vi.stubEnv('SPANWISE_SHARED_DATA', import.meta.dirname);
  expect(sharedData()).toBe(import.meta.dirname);
  vi.stubEnv('SPANWISE_SHARED_DATA', '/nowhere/at/all');
  expect(sharedData()).toBeUndefined();
});

describeWithSharedData('where the recordings are', (dataDir) => {
  test('a suite gets their folder', () => {
    expect(existsSync(join(dataDir, 'otlp'))).toBe(true);
  });
});

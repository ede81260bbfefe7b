import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import { loadTestkitConfig } from './config.ts';

/** The folder of recorded agent runs, or undefined where this machine does not have it. */
export function sharedData(): string | undefined {
  const { sharedDataDir } = loadTestkitConfig();
  return existsSync(sharedDataDir) ? sharedDataDir : undefined;
}

/** A suite over the recorded runs, given their folder. Where they are absent it is skipped, and says why. */
export function describeWithSharedData(name: string, suite: (dataDir: string) => void): void {
  const dataDir = sharedData();
  if (dataDir !== undefined) {
    describe(name, () => suite(dataDir));
    return;
  }
  const reason = `no recorded runs in ${loadTestkitConfig().sharedDataDir}; SPANWISE_SHARED_DATA names their folder`;
  console.warn(`skipped: ${name} (${reason})`);
  describe.skip(name, () => suite(''));
}

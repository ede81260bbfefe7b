import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadLocalConfig, replayLifetimes, startPipeline } from '@spanwise/local';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the running pipeline, as `--data-dir` takes it. */
    dataDir: string;
  }
}

/** Starts the whole pipeline, as processes, before all end-to-end tests and ends it after them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'spanwise-e2e-'));
  const pipeline = await startPipeline({
    config: loadLocalConfig(),
    dataDir,
    ports: { chosen: {}, others: 'any' },
    lifetimes: replayLifetimes,
    onProgress: (line) => console.log(line),
  });
  project.provide('dataDir', dataDir);
  return async () => {
    await pipeline.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { instead, PrerequisiteError } from './errors.ts';

/** npm packages that carry the ClickHouse engine as a shared library, by platform and processor. */
const libraryPackages: Readonly<Record<string, string>> = {
  'linux-x64': '@chdb/lib-linux-x64-gnu',
};

/**
 * The path of the engine's shared library.
 *
 * @throws PrerequisiteError where none exists for this machine, or npm left the optional package out.
 */
export function clickhouseLibrary(platform: string = process.platform, arch: string = process.arch): string {
  const name = libraryPackages[`${platform}-${arch}`];
  if (name === undefined) {
    throw new PrerequisiteError(
      `There is no embedded ClickHouse for ${platform} on ${arch} (only for ${Object.keys(libraryPackages).join(', ')} with glibc): ${instead.clickhouse}.`,
    );
  }
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'libchdb.so');
  } catch {
    throw new PrerequisiteError(
      `The ClickHouse engine (npm package ${name}, for Linux with glibc) is not installed: run npm ci without --omit=optional, or ${instead.clickhouse}.`,
    );
  }
}

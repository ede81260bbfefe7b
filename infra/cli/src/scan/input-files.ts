import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '@spanwise/local/command';

export interface InputFile {
  readonly path: string;
  /** It was found in a folder: it may well hold something else than traces. */
  readonly inFolder: boolean;
}

const MAY_HOLD_TRACES = /\.(?:json|jsonl|ndjson|pb|bin)(?:\.gz)?$/i;

/**
 * The files to be read, each once; those of folders, at any depth, in the order of their names.
 *
 * @throws UsageError for what is not there, and for a folder with nothing in it that could be read.
 */
export function inputFiles(named: readonly string[]): InputFile[] {
  const files = new Map<string, InputFile>();
  for (const path of named) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) throw new UsageError(`There is no file ${path}.`);
    const each = found.isDirectory() ? filesIn(path) : [{ path, inFolder: false }];
    for (const file of each) if (!files.has(file.path) || !file.inFolder) files.set(file.path, file);
  }
  return [...files.values()];
}

function filesIn(folder: string): InputFile[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && MAY_HOLD_TRACES.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0)
    throw new UsageError(`In the folder ${folder} there is no .json, .jsonl, .ndjson, .pb or .bin.`);
  return files.map((path) => ({ path, inFolder: true }));
}

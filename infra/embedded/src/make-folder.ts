import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes what is missing of a path. Node's `recursive` tries for ever where a folder takes no entries and says ENOENT,
 * as those of /proc do.
 *
 * @throws NodeJS.ErrnoException where it cannot be made.
 */
export function makeFolder(path: string): void {
  const parent = dirname(path);
  if (!existsSync(parent)) makeFolder(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from './usage-error.ts';

/**
 * `parseArgs` of Node for a person at a terminal.
 *
 * @throws UsageError that names the argument which cannot be.
 */
export function parseArguments<const T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(`${(error as Error).message} (--help lists the options)`);
  }
}

/**
 * The value of an option that counts something: 1 to 999,999,999.
 *
 * @throws UsageError that names the option.
 */
export function parseCount(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`${option} takes a whole number from 1 on, not '${text}'.`);
}

import { statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from './usage-error.ts';

/**
 * Asks at the start of a command whether its report can be written at the end.
 *
 * @param option by which the file was named
 * @throws UsageError where it cannot.
 */
export function checkReportFile(file: string | undefined, option = '--report'): void {
  if (file === undefined) return;
  const folder = dirname(resolve(file));
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`There is no folder ${folder} for the report: make it first.`);
  }
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`${option} takes a file, and ${file} is a folder.`);
  }
}

/** Writes a report as JSON that people can read. */
export function writeReport(file: string | undefined, report: object): void {
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
}

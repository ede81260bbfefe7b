/** What every command of this workspace begins and ends with: `@spanwise/local/command`. */
export { parseArguments, parseCount } from './arguments.ts';
export { ProgressLine } from './progress-line.ts';
export { checkReportFile, writeReport } from './report-file.ts';
export { runCommand } from './run-command.ts';
export { table } from './text-table.ts';
export { UsageError } from './usage-error.ts';

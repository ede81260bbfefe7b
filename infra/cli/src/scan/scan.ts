import { writeFileSync } from 'node:fs';
import { detectorsOf, readSettings, SettingsError } from '@spanwise/detector-settings';
import type { RunDetector } from '@spanwise/detectors';
import { checkReportFile, ProgressLine, UsageError } from '@spanwise/local/command';
import { parseScanCommand, scanUsage } from './command-line.ts';
import { inputFiles } from './input-files.ts';
import { judgeFiles } from './judge-files.ts';
import { junitReport } from './junit.ts';
import { scanReport } from './report.ts';
import { textReport } from './text-report.ts';

/** @returns the exit code. @throws UsageError */
export async function scan(args: readonly string[], signal: AbortSignal): Promise<number> {
  const command = parseScanCommand(args);
  if (command === 'help') {
    process.stdout.write(scanUsage);
    return 0;
  }
  checkReportFile(command.junit, '--junit');
  const files = inputFiles(command.files);
  const detectors = command.settings === undefined ? undefined : detectorsIn(command.settings);
  const progress = new ProgressLine(process.stderr);
  const onProgress = (line: string) => progress.show(line);
  const scanned = await judgeFiles(files, { nowMs: Date.now(), detectors, onProgress, signal });
  progress.clear();
  const report = scanReport(scanned, command.failOn);
  process.stdout.write(command.json ? `${JSON.stringify(report, undefined, 2)}\n` : textReport(report, command.all));
  if (command.junit !== undefined) writeFileSync(command.junit, junitReport(report));
  if (report.failing > 0) return 1;
  return report.problems.length > 0 ? 2 : 0;
}

function detectorsIn(settingsFile: string): RunDetector[] {
  try {
    return detectorsOf(readSettings(settingsFile));
  } catch (error) {
    throw error instanceof SettingsError ? new UsageError(error.message) : error;
  }
}

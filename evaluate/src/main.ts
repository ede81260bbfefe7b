/** How well the patterns are found in a simulated fleet: `npm run evaluate`. */
import { checkReportFile, ProgressLine, runCommand, UsageError, writeReport } from '@spanwise/local/command';
import { type EvaluateCommand, parseEvaluateCommand, usage } from './command-line.ts';
import { evaluateFleet } from './evaluation.ts';
import { detailsOf, lineOf, reportOf, tableOf } from './report.ts';

await runCommand(async () => {
  const command = parseEvaluateCommand(process.argv.slice(2));
  if (command === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  checkReportFile(command.report);
  checkReportFile(command.details, '--details');
  return await evaluated(command).catch((error) => {
    // a preset, fault, convention or share that there is not
    throw error instanceof RangeError ? new UsageError(`${error.message} (--help lists the options)`) : error;
  });
});

async function evaluated({ report, details, mistakes, ...options }: EvaluateCommand): Promise<number> {
  const progress = new ProgressLine(process.stderr);
  const outcome = await evaluateFleet(options, (sessions, spans) =>
    progress.show(`${sessions} of ${options.sessions} sessions, ${spans} spans`),
  );
  progress.clear();
  process.stdout.write(tableOf(outcome));
  for (const mistake of mistakes === undefined ? [] : outcome.evaluation.mistakes) {
    if (mistakes === 'all' || mistakes === mistake.pattern) process.stdout.write(`${lineOf(mistake)}\n`);
  }
  const result = reportOf(outcome);
  writeReport(report, result);
  if (details !== undefined) writeReport(details, detailsOf(outcome));
  return result.ok ? 0 : 1;
}

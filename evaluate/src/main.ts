/** How well the patterns are found in a simulated fleet: `npm run evaluate`. */
import { claimDataDir, loadLocalConfig, starting as startingUnder } from '@spanwise/local';
import { checkReportFile, ProgressLine, runCommand, UsageError, writeReport } from '@spanwise/local/command';
import { conventions, SessionSource } from '@spanwise/simulate';
import { type EvaluateCommand, parseEvaluateCommand, usage } from './command-line.ts';
import { evaluateFleet, type Progress } from './evaluation.ts';
import { KafkaPipeline } from './kafka/kafka-pipeline.ts';
import { mixOf, recentStart, sessionsLived } from './options.ts';
import { parityOf, parityTable, unequalMistakes } from './parity.ts';
import { detailsOf, type Evaluated, lineOf, reportOf, tableOf } from './report.ts';

await runCommand(async (stop) => {
  const command = parseEvaluateCommand(process.argv.slice(2));
  if (command === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  checkReportFile(command.report);
  checkReportFile(command.details, '--details');
  checkFleet(command);
  // claimed, and emptied, once: every evaluation has topics and tables of its own
  const dataDir = command.through === 'kafka' ? claimDataDir('evaluate', command.dataDir) : undefined;
  const evaluate = command.convention === 'each' ? compareConventions : evaluateOnce;
  return await evaluate({ ...command, dataDir }, stop);
});

/** Refuses a preset, fault, convention or share that there is not before anything starts. */
function checkFleet({ convention, ...options }: EvaluateCommand): void {
  try {
    new SessionSource(mixOf({ ...options, convention: convention === 'each' ? 'all' : convention }));
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(`${error.message} (--help lists the options)`) : error;
  }
}

async function evaluateOnce(command: EvaluateCommand, stop: AbortSignal): Promise<number> {
  const evaluated = await evaluatedIn(command.convention, command, stop);
  process.stdout.write(tableOf(evaluated));
  const lines = evaluated.evaluation.mistakes.filter(({ pattern }) => isWanted(command, pattern)).map(lineOf);
  tell(lines);
  const report = reportOf(evaluated);
  writeReport(command.report, report);
  if (command.details !== undefined) writeReport(command.details, detailsOf(evaluated));
  return report.ok ? 0 : 1;
}

async function compareConventions(command: EvaluateCommand, stop: AbortSignal): Promise<number> {
  const evaluated: Evaluated[] = [];
  for (const { name } of conventions) evaluated.push(await evaluatedIn(name, command, stop));
  const parity = parityOf(evaluated);
  process.stdout.write(parityTable(parity));
  tell(unequalMistakes(evaluated, (pattern) => isWanted(command, pattern)));
  writeReport(command.report, parity);
  if (command.details !== undefined) {
    const details = evaluated.map((each) => [each.convention, detailsOf(each)] as const);
    writeReport(command.details, Object.fromEntries(details));
  }
  return parity.ok ? 0 : 1;
}

async function evaluatedIn(convention: string, command: EvaluateCommand, signal: AbortSignal): Promise<Evaluated> {
  const { report: _, details: __, mistakes: ___, through, dataDir = '', ...mix } = command;
  const options = { ...mix, convention };
  const progress = new ProgressLine(process.stderr);
  const onProgress: Progress = (sessions, spans) =>
    progress.show(`${sessions} of ${sessionsLived(options)} sessions, ${spans} spans (conventions: ${convention})`);
  try {
    if (through === 'memory') return await evaluateFleet(options, { onProgress, signal });
    const startMs = recentStart(options, Date.now());
    const say = (line: string) => progress.say(line);
    const starting = { config: loadLocalConfig(), dataDir, onProgress: say, signal };
    await using pipeline = await startingUnder(signal, KafkaPipeline.start(starting));
    return await evaluateFleet({ ...options, startMs }, { onProgress, signal }, pipeline);
  } finally {
    progress.clear();
  }
}

function isWanted({ mistakes }: EvaluateCommand, pattern: string): boolean {
  return mistakes === 'all' || mistakes === pattern;
}

function tell(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

import { statSync } from 'node:fs';
import { ProgressLine } from '../command/progress-line.ts';
import { checkReportFile, writeReport } from '../command/report-file.ts';
import { runCommand, starting } from '../command/run-command.ts';
import { UsageError } from '../command/usage-error.ts';
import { defaultDataDir, type LocalConfig, loadLocalConfig } from '../config.ts';
import { DeadLetterWatch } from '../dead-letters/dead-letter-watch.ts';
import { kafkaClient } from '../kafka-client.ts';
import { claimDataDir } from '../pipeline/data-dir.ts';
import { replayLifetimes } from '../pipeline/lifetimes.ts';
import { startPipeline } from '../pipeline/pipeline.ts';
import { findRunning, type RunningPipeline } from '../pipeline/state-file.ts';
import { tablesOf } from '../pipeline/tables.ts';
import { describeEvent } from '../supervision/service-news.ts';
import { parseReplayCommand, type ReplayCommand, replayUsage } from './command-line.ts';
import { type Label, readLabels } from './labels.ts';
import { awaitOutcomes, sendFile } from './replay-run.ts';
import { fileReport, type ReplayReport, replayReport, replaySummary } from './report.ts';

await runCommand(async (stop) => {
  const command = parseReplayCommand(process.argv.slice(2));
  if (command === 'help') {
    process.stdout.write(replayUsage);
    return 0;
  }
  for (const file of [...command.files, ...(command.labels ? [command.labels] : [])]) checkInput(file);
  checkReportFile(command.report);
  const config = loadLocalConfig();
  const labels = command.labels === undefined ? undefined : await readLabels(command.labels);
  const progress = new ProgressLine(process.stderr);

  await using pipeline = await starting(stop, pipelineFor(command, config, progress));
  const report = await replay(command, pipeline.state, config, labels, progress, stop);
  progress.clear();
  process.stdout.write(`${replaySummary(report)}\n`);
  writeReport(command.report, report);
  return report.ok ? 0 : 1;
});

function checkInput(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) throw new UsageError(`There is no file ${file}.`);
  if (found.isDirectory()) throw new UsageError(`${file} is a folder: name the files in it.`);
}

/** The running pipeline, which stays; else one of our own, which ends with us. */
async function pipelineFor(command: ReplayCommand, config: LocalConfig, progress: ProgressLine) {
  const running = command.own ? undefined : findRunning(command.dataDir ?? defaultDataDir('demo'));
  if (running) {
    progress.say(`Replaying into the pipeline that runs on ${running.dataDir}.`);
    return { state: running, [Symbol.asyncDispose]: async () => {} };
  }
  return await startPipeline({
    config,
    dataDir: claimDataDir('replay', command.dataDir),
    ports: { chosen: {}, others: 'any' },
    lifetimes: replayLifetimes,
    onProgress: (line) => progress.say(line),
    onEvent: (event) => event.kind === 'ended' && progress.say(describeEvent(event)),
  });
}

async function replay(
  command: ReplayCommand,
  pipeline: RunningPipeline,
  config: LocalConfig,
  labels: readonly Label[] | undefined,
  progress: ProgressLine,
  stop: AbortSignal,
): Promise<ReplayReport> {
  const tables = tablesOf(pipeline, config);
  try {
    const watch = await DeadLetterWatch.open(kafkaClient(pipeline.brokers), pipeline.topicPrefix);
    const onProgress = (line: string) => progress.show(line);
    const recorded = [];
    for (const file of command.files) recorded.push(await sendFile(file, pipeline.ingestUrl, onProgress, stop));
    const outcomes = await awaitOutcomes(tables, recorded, { patienceMs: command.waitMs, onProgress, signal: stop });
    const deadLetters = await watch.read();
    return replayReport(
      outcomes.map((outcome) => fileReport(outcome, labels, deadLetters)),
      deadLetters,
    );
  } finally {
    await tables.close();
  }
}

import type { Kafka } from 'kafkajs';
import { ProgressLine } from '../command/progress-line.ts';
import { runCommand } from '../command/run-command.ts';
import { UsageError } from '../command/usage-error.ts';
import { defaultDataDir, type LocalConfig, loadLocalConfig } from '../config.ts';
import { kafkaClient } from '../kafka-client.ts';
import { findRunning } from '../pipeline/state-file.ts';
import { type DeadLettersCommand, deadLettersUsage, parseDeadLettersCommand } from './command-line.ts';
import { ensureLetterTopics, type Letter, readLetters, readReplays, recordKey, recordOf } from './letter.ts';
import { matches } from './letter-filter.ts';
import { skipReasons } from './replay-decision.ts';
import { type ReplayResult, replayLetters } from './replay-letters.ts';
import { letterAsJson, letterInFull, lettersTable, summaryTable } from './show-letters.ts';

interface Target {
  readonly kafka: Kafka;
  readonly prefix: string;
}

/** The running demo, a running replay, or the brokers that the environment names. */
function targetOf(dataDir: string | undefined, config: LocalConfig): Target {
  const folders = dataDir ? [dataDir] : [defaultDataDir('demo'), defaultDataDir('replay')];
  const running = folders.map(findRunning).find((pipeline) => pipeline !== undefined);
  const brokers = running?.brokers ?? config.brokers;
  if (brokers === undefined) {
    const where = dataDir ? ` on ${dataDir}` : '';
    throw new UsageError(
      `No pipeline is running${where}: start one with \`npm run demo\`, or set SPANWISE_KAFKA_BROKERS to use other brokers.`,
    );
  }
  return { kafka: kafkaClient(brokers), prefix: running?.topicPrefix ?? config.topicPrefix };
}

async function list({ filter, limit, json }: DeadLettersCommand, { kafka, prefix }: Target): Promise<number> {
  const replays = await readReplays(kafka, prefix);
  const counts = new Map<string, number>();
  const latest: Letter[] = [];
  await readLetters(kafka, prefix, async (letter) => {
    if (!matches(letter, filter)) return;
    const kind = `${letter.topic}\n${letter.service}\n${letter.reason}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    latest.push(letter);
    if (latest.length > limit) latest.shift();
  });
  if (json) {
    for (const letter of latest) console.log(letterAsJson(letter, replays.get(recordKey(recordOf(letter)))));
  } else if (counts.size === 0) console.log('No dead letters.');
  else console.log(`${summaryTable(counts)}\n\n${lettersTable(latest, replays)}`);
  return 0;
}

async function show({ filter, json }: DeadLettersCommand, { kafka, prefix }: Target): Promise<number> {
  const replays = await readReplays(kafka, prefix);
  let shown = 0;
  await readLetters(kafka, prefix, async (letter) => {
    if (!matches(letter, filter)) return;
    const replayed = replays.get(recordKey(recordOf(letter)));
    if (shown++ > 0 && !json) console.log('');
    console.log((json ? letterAsJson : letterInFull)(letter, replayed));
  });
  if (shown === 0) process.stderr.write('There is no such letter.\n');
  return shown === 0 ? 1 : 0;
}

async function replay(command: DeadLettersCommand, { kafka, prefix }: Target): Promise<number> {
  const progress = new ProgressLine(process.stderr);
  const { filter, dryRun, again, force } = command;
  const onProgress = ({ matched, sent }: ReplayResult) => progress.show(`${matched} letters, ${sent} sent`);
  const result = await replayLetters(kafka, prefix, { filter, dryRun, again, force, onProgress });
  progress.clear();
  console.log(`${result.sent} of ${result.matched} letters ${dryRun ? 'would be sent again' : 'were sent again'}`);
  for (const [reason, count] of result.skipped) console.log(`${count} left out: ${skipReasons[reason]}`);
  return 0;
}

await runCommand(async () => {
  const command = parseDeadLettersCommand(process.argv.slice(2), Date.now());
  if (command === 'help') {
    process.stdout.write(deadLettersUsage);
    return 0;
  }
  const target = targetOf(command.dataDir, loadLocalConfig());
  await ensureLetterTopics(target.kafka, target.prefix);
  return await { list, show, replay }[command.verb](command, target);
});

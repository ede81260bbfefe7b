import { ConfigError, describeConfig, loadConfig, watchParent } from '@spanwise/runtime';
import { kafkaClient } from '@spanwise/stream';
import { type Command, readCommandLine, UsageError, usage } from './command-line.ts';
import { type SimulateConfig, simulateConfig } from './config.ts';
import { OtlpSink } from './emit/otlp-sink.ts';
import type { SpanSink } from './emit/span-sink.ts';
import { BlockSink, CollectorSink } from './emit/topic-sinks.ts';
import { type FleetOptions, runFleet } from './fleet.ts';
import { MixFileError, readMix } from './mix-file.ts';
import { ProgressDisplay, progressLine } from './progress.ts';
import { TruthFile } from './truth-file.ts';
import type { TruthOutlet } from './truth-outlet.ts';
import { TruthTopic } from './truth-topic.ts';

type RunCommand = Exclude<Command, { help: true }>;

const DEFAULT_SEED = 1;

try {
  const command = readCommandLine(process.argv.slice(2));
  if (command.help) process.stdout.write(`${usage}${describeConfig(simulateConfig)}`);
  else await simulate(command, loadConfig(simulateConfig));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  const isMisuse = [UsageError, ConfigError, MixFileError, RangeError].some((kind) => error instanceof kind);
  process.exitCode = isMisuse ? 2 : 1;
}

async function simulate(command: RunCommand, config: SimulateConfig): Promise<void> {
  const stop = new AbortController();
  const end = () => stop.abort();
  process.once('SIGTERM', end).once('SIGINT', end);
  const unwatch = config.exitWithParent ? watchParent(end) : undefined;
  const { isFast, spansPerSecond, durationMs, mixFile, mix } = command;
  const fromFile = mixFile === undefined ? {} : readMix(mixFile);
  const display = process.stdout.isTTY ? new ProgressDisplay(process.stdout) : undefined;
  const truths = await outletsFor(command, config);
  const sink = await sinkFor(command, config);
  const options: FleetOptions = {
    ...{ seed: DEFAULT_SEED, ...fromFile, ...mix, sink, truths, isFast },
    ...(spansPerSecond === undefined ? {} : { spansPerSecond }),
    ...(durationMs === undefined ? {} : { durationMs }),
    signal: stop.signal,
    onProgress: (progress) => (display ? display.show(progress) : process.stdout.write(progressLine(progress))),
  };
  try {
    await runFleet(options);
  } finally {
    unwatch?.();
    display?.end();
    await sink[Symbol.asyncDispose]();
    for (const outlet of truths) await outlet.close();
  }
}

async function sinkFor({ to, endpoint }: RunCommand, config: SimulateConfig): Promise<SpanSink> {
  const { apiKey, brokers, topicPrefix } = config;
  if (to === 'otlp') return new OtlpSink({ endpoint, ...(apiKey === undefined ? {} : { apiKey }) });
  const kafka = kafkaClient({ brokers: [...brokers], clientId: 'spanwise-simulate' });
  return await (to === 'spans' ? BlockSink : CollectorSink).open(kafka, topicPrefix + to);
}

async function outletsFor({ truthFile, truthTopic }: RunCommand, config: SimulateConfig): Promise<TruthOutlet[]> {
  const outlets: TruthOutlet[] = [];
  if (truthFile !== undefined) outlets.push(await TruthFile.create(truthFile));
  if (truthTopic !== undefined) outlets.push(await TruthTopic.open(config.brokers, config.topicPrefix + truthTopic));
  return outlets;
}

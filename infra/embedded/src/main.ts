import { startClickHouse } from './clickhouse.ts';
import { parseCommandLine, type StartCommand, UsageError, usage } from './command-line.ts';
import { loadEmbeddedConfig } from './config.ts';
import { PrerequisiteError } from './errors.ts';
import { startKafka } from './kafka.ts';
import type { ClickHouseHandle, KafkaHandle } from './options.ts';
import { startPlatform } from './platform.ts';

const progress = (line: string) => process.stderr.write(`${line}\n`);

interface Servers {
  readonly kafka?: KafkaHandle;
  readonly clickhouse?: ClickHouseHandle;
}

async function start({ only, options }: StartCommand): Promise<Servers> {
  const withProgress = { ...options, onProgress: progress };
  if (only === 'kafka') return { kafka: await startKafka(withProgress) };
  if (only === 'clickhouse') return { clickhouse: await startClickHouse(withProgress) };
  return startPlatform(withProgress);
}

async function serve(command: StartCommand): Promise<number> {
  let started = false;
  const stopAsked = new Promise<'asked'>((resolve) => {
    const ask = () => {
      // What is half started ends with this process.
      if (!started) process.exit(130);
      resolve('asked');
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
    // Started through a script that was killed: nobody is left to press Ctrl-C.
    process.once('disconnect', ask);
    process.channel?.unref();
  });
  const { kafka, clickhouse } = await start(command);
  started = true;
  if (kafka) process.stdout.write(`export SPANWISE_KAFKA_BROKERS=${kafka.brokers.join(',')}\n`);
  if (clickhouse) process.stdout.write(`export SPANWISE_CLICKHOUSE_URL=${clickhouse.url}\n`);
  progress(`Data and logs are in ${command.options.dataDir}; Ctrl-C stops.`);

  const servers = Object.entries({ kafka, clickhouse }).flatMap(([name, server]) => (server ? [{ name, server }] : []));
  const end = await Promise.race([stopAsked, ...servers.map(({ name, server }) => server.exited.then(() => name))]);
  await Promise.all(servers.map(({ server }) => server.stop()));
  if (end === 'asked') return 0;
  progress(`${end} has ended by itself; see its log in ${command.options.dataDir}.`);
  return 1;
}

try {
  const command = parseCommandLine(process.argv.slice(2), loadEmbeddedConfig().defaultDataDir);
  if (command === 'help') process.stdout.write(usage);
  else process.exitCode = await serve(command);
} catch (error) {
  if (!(error instanceof PrerequisiteError || error instanceof UsageError)) throw error;
  progress(error.message);
  process.exitCode = 1;
}

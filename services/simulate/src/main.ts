import { ConfigError, describeConfig, loadConfig, watchParent } from '@spanwise/runtime';
import { type Command, readCommandLine, UsageError, usage } from './command-line.ts';
import { type SimulateConfig, simulateConfig } from './config.ts';
import { type FleetOptions, type FleetProgress, runFleet } from './fleet.ts';

try {
  const command = readCommandLine(process.argv.slice(2));
  if (command.help) process.stdout.write(`${usage}${describeConfig(simulateConfig)}`);
  else await simulate(command, loadConfig(simulateConfig));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  const isMisuse = error instanceof UsageError || error instanceof ConfigError || error instanceof RangeError;
  process.exitCode = isMisuse ? 2 : 1;
}

async function simulate(command: Exclude<Command, { help: true }>, config: SimulateConfig): Promise<void> {
  const stop = new AbortController();
  const end = () => stop.abort();
  process.once('SIGTERM', end).once('SIGINT', end);
  const unwatch = config.exitWithParent ? watchParent(end) : undefined;
  const options: FleetOptions = {
    ...command,
    signal: stop.signal,
    onProgress: tell,
    ...(config.apiKey === undefined ? {} : { apiKey: config.apiKey }),
  };
  try {
    await runFleet(options);
  } finally {
    unwatch?.();
  }
}

function tell(progress: FleetProgress): void {
  process.stdout.write(`${JSON.stringify(progress)}\n`);
}

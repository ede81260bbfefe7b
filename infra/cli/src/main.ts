/** `npm run spanwise -- COMMAND`: what works on files alone, without Kafka or ClickHouse. */
import { runCommand, UsageError } from '@spanwise/local/command';
import { scan } from './scan/scan.ts';

const commands: Readonly<Record<string, (args: readonly string[], stop: AbortSignal) => Promise<number>>> = { scan };

const usage = `npm run spanwise -- COMMAND

  scan FILE…         audits recorded traces: findings and verdicts, as a report or as a gate for CI

Each explains itself with --help.
`;

await runCommand(async (stop) => {
  const [name = '--help', ...args] = process.argv.slice(2);
  if (name === '--help' || name === '-h') {
    process.stdout.write(usage);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new UsageError(`There is no command ${name} (--help lists them).`);
  return command(args, stop);
});

/** How well the patterns are found in a simulated fleet: `npm run evaluate`. */
import { access, constants, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type EvaluateCommand, readCommand, usage } from './command-line.ts';
import { evaluateFleet } from './evaluation.ts';
import { detailsOf, lineOf, reportOf, tableOf } from './report.ts';

try {
  const command = readCommand(process.argv.slice(2));
  if (command.help) process.stdout.write(usage);
  else await run(command);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}; see --help\n`);
  process.exitCode = 2;
}

async function run({ report, details, mistakes, ...options }: EvaluateCommand): Promise<void> {
  const files = [report, details].filter((file) => file !== undefined);
  for (const file of files) await mustBeWritable(dirname(resolve(file)));
  const isTold = process.stderr.isTTY;
  const evaluated = await evaluateFleet(options, (sessions, spans) => {
    if (isTold) process.stderr.write(`\r${sessions} of ${options.sessions} sessions, ${spans} spans `);
  });
  if (isTold) process.stderr.write('\r\u001b[K');
  process.stdout.write(tableOf(evaluated));
  for (const mistake of mistakes === undefined ? [] : evaluated.evaluation.mistakes) {
    if (mistakes === 'all' || mistakes === mistake.pattern) process.stdout.write(`${lineOf(mistake)}\n`);
  }
  if (report !== undefined) await writeJson(report, reportOf(evaluated));
  if (details !== undefined) await writeJson(details, detailsOf(evaluated));
  if (evaluated.problems.length > 0) process.exitCode = 1;
}

async function mustBeWritable(folder: string): Promise<void> {
  await access(folder, constants.W_OK).catch(() => {
    throw new Error(`${folder} cannot be written to: make it, or name another folder`);
  });
}

function writeJson(file: string, value: unknown): Promise<void> {
  return writeFile(file, `${JSON.stringify(value, null, 2)}\n`);
}

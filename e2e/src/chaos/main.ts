import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkReportFile, ProgressLine, runCommand, writeReport } from '@spanwise/local';
import { runChaos } from './chaos-run.ts';
import { chaosUsage, parseChaosCommand } from './command-line.ts';
import { openDataDir } from './data-dir.ts';
import { brokerKills, faults } from './faults/faults.ts';
import { type ChaosReport, conclusion, isOk, noReport } from './report.ts';

/** At least sixty faults in ten minutes */
const EVERY_MS = 8_000;
/** Of a short run, so much goes to faults; every kind is to come once. */
const FAULTY_SHARE = 0.9;
const KILL_BROKER_EVERY_MS = 20_000;

function folderIn(path: string, name: string): string {
  const folder = join(path, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

await runCommand(async (stop) => {
  const kinds = faults.map(({ kind }) => kind);
  const command = parseChaosCommand(process.argv.slice(2), kinds);
  if (command === 'help') {
    process.stdout.write(`${chaosUsage}\nFaults: ${kinds.join(', ')}\n`);
    return 0;
  }
  checkReportFile(command.report);
  const screen = new ProgressLine(process.stdout);
  await using data = await openDataDir(command.dataDir);
  screen.say(`Data and logs are in ${data.path}`);
  const instead = (why: string): void => writeReport(command.report, noReport(command, why));
  instead('the run has not come to its end');
  const common = {
    ...{ seed: command.seed, rate: command.rate, lengthMs: command.minutes * 60_000 },
    ...{ patienceMs: command.patienceSeconds * 1_000, screen, signal: stop },
  };
  const outcome = await runChaos({
    ...common,
    faults: faults.filter(({ kind }) => command.only?.includes(kind) ?? true),
    everyMs: Math.min(EVERY_MS, (common.lengthMs * FAULTY_SHARE) / (faults.length + 1)),
    demanding: command.only === undefined,
    dataDir: folderIn(data.path, 'system'),
  }).catch((error: Error) => {
    instead(`the run broke off: ${error.message}`);
    throw error;
  });
  const { seed, minutes } = command;
  const report: ChaosReport = { ok: isOk(outcome), seed, minutes, ...outcome };
  // before what is no promise, and may break off
  writeReport(command.report, report);
  screen.say(conclusion(report));
  if (command.brokerKills) {
    const killed = await runChaos({
      ...common,
      faults: [brokerKills],
      everyMs: KILL_BROKER_EVERY_MS,
      demanding: false,
      dataDir: folderIn(data.path, 'broker-kills'),
    });
    writeReport(command.report, { ...report, brokerKills: { ok: isOk(killed), ...killed } } satisfies ChaosReport);
    screen.say(`With a broker that was killed:\n${conclusion(killed)}`);
  }
  screen.say(report.ok ? 'All is well.' : 'Something is wrong.');
  return report.ok ? 0 : 1;
});
// Everything is closed. Node itself once waited for ever, busily, for sockets that had been reset under their owners.
process.exit();

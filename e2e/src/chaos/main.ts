import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkReportFile, ProgressLine, runCommand, writeReport } from '@spanwise/local';
import { type ChaosOptions, runChaos } from './chaos-run.ts';
import { chaosUsage, parseChaosCommand } from './command-line.ts';
import { openDataDir } from './data-dir.ts';
import { brokerKills, faults } from './faults/faults.ts';
import { type ChaosReport, conclusion, isOk } from './report.ts';

/** At least sixty faults in ten minutes */
const EVERY_MS = 8_000;
/** Of a short run, so much goes to faults; every kind is to come once. */
const FAULTY_SHARE = 0.9;
const KILL_BROKER_EVERY_MS = 20_000;

await runCommand(async (stop) => {
  const kinds = faults.map(({ kind }) => kind);
  const command = parseChaosCommand(process.argv.slice(2), kinds);
  if (command === 'help') {
    process.stdout.write(`${chaosUsage}\nFaults: ${kinds.join(', ')}\n`);
    return 0;
  }
  checkReportFile(command.report);
  const screen = new ProgressLine(process.stdout);
  const { seed, minutes, rate, only, patienceSeconds } = command;
  await using data = await openDataDir(command.dataDir);
  screen.say(`Data and logs are in ${data.path}`);
  const inFolder = (name: string): string => {
    const folder = join(data.path, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  };
  const options: ChaosOptions = {
    seed,
    rate,
    lengthMs: minutes * 60_000,
    faults: faults.filter(({ kind }) => only === undefined || only.includes(kind)),
    everyMs: Math.min(EVERY_MS, (minutes * 60_000 * FAULTY_SHARE) / (faults.length + 1)),
    patienceMs: patienceSeconds * 1_000,
    demanding: only === undefined,
    dataDir: inFolder('system'),
    screen,
    signal: stop,
  };
  const outcome = await runChaos(options);
  const killed = command.brokerKills
    ? await runChaos({
        ...options,
        faults: [brokerKills],
        everyMs: KILL_BROKER_EVERY_MS,
        demanding: false,
        dataDir: inFolder('broker-kills'),
      })
    : undefined;
  const report: ChaosReport = {
    ok: isOk(outcome),
    seed,
    minutes,
    ...outcome,
    ...(killed && { brokerKills: { ok: isOk(killed), ...killed } }),
  };
  writeReport(command.report, report);
  screen.say(conclusion(report));
  if (killed) screen.say(`With a broker that was killed:\n${conclusion(killed)}`);
  screen.say(report.ok ? 'All is well.' : 'Something is wrong.');
  return report.ok ? 0 : 1;
});
// Everything is closed. Node itself once waited for ever, busily, for sockets that had been reset under their owners.
process.exit();

/**
 * How well the patterns are found in simulated runs, against what was put where: `npm run evaluate -w services/simulate`.
 * Nothing is sent: spans are converted, ordered and judged as the services would.
 */
import { parseArgs } from 'node:util';
import { RunJudge, runDetectors } from '@spanwise/detectors';
import { generateRuns } from '../generate.ts';
import { judgedRuns } from './judged-runs.ts';
import { lineOf, reportOf, tableOf } from './report.ts';
import { evaluate, type JudgedRun } from './score.ts';
import { seedsOf } from './seeds.ts';

const usage = `Judges simulated runs and compares what is found with what was put where.

  --seeds 1..4         which fleets; also 3 or 1,5,7..9 (default 1..4)
  --runs N             runs of each fleet (default 500)
  --mistakes PATTERN   adds a line of JSON for each fault that was missed and each finding that answers none; or 'all'
  --json               JSON in place of the table
  --help

`;

try {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1..4' },
      runs: { type: 'string', default: '500' },
      mistakes: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) process.stdout.write(usage);
  else {
    const evaluation = evaluate(runsOf(seedsOf(values.seeds), countOf(values.runs)));
    const report = reportOf(evaluation);
    process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : tableOf(report));
    for (const mistake of values.mistakes === undefined ? [] : evaluation.mistakes) {
      if (values.mistakes === 'all' || values.mistakes === mistake.pattern)
        process.stdout.write(`${lineOf(mistake)}\n`);
    }
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}; see --help\n`);
  process.exitCode = 2;
}

function* runsOf(seeds: readonly number[], count: number): Generator<JudgedRun> {
  const judge = new RunJudge({ detectors: runDetectors() });
  for (const seed of seeds) yield* judgedRuns(generateRuns({ seed, count }), judge);
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new RangeError(`--runs takes a whole number above 0, got '${text}'`);
}

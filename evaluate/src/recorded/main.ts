/** How well verdicts agree with the outcomes of recorded runs: `npm run evaluate-recorded`. */
import {
  checkReportFile,
  ProgressLine,
  parseArguments,
  runCommand,
  UsageError,
  writeReport,
} from '@spanwise/local/command';
import { judgeRuns } from './judge-runs.ts';
import { readRecordedRuns } from './read-runs.ts';
import { recordedReport, recordedTable } from './report.ts';

const usage = `Judges recorded runs by the topologies of detect and correlate, and compares the probability of failure with how they really went.

  npm run evaluate-recorded -- FOLDER [options]

  FOLDER         files of OTLP traces (.json, .jsonl, .pb, also .gz), and labels.jsonl: {"trace_id", "success"} a line, and where
                 they are known "task_id", "set", "domain" and "model"
  --report FILE  the result as JSON
  --help

Every score's area under the ROC curve, over pairs of a failed run and one that did not fail: of one domain, of one domain and model, of one
task and model. With 95 % intervals by a bootstrap over tasks.
  no labels         the documented weights
  prequential       runs come one after the other, each is judged before its label is told, and learnt from then
  tasks never seen  learnt from the labels of other tasks, five-fold; pairs of one fold only are compared, there and in the line below
Every second task, by a digest of its name, is for development: rules are chosen by those, if by any.
`;

await runCommand(async () => {
  const { values, positionals } = parseArguments({
    args: process.argv.slice(2),
    options: { report: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const [folder, ...others] = positionals;
  if (folder === undefined || others.length > 0) throw new UsageError('Name one folder (--help says more).');
  checkReportFile(values.report);
  const progress = new ProgressLine(process.stderr);
  try {
    const runs = await readRecordedRuns(folder);
    const judged = judgeRuns(runs, (line) => progress.show(`${runs.length} runs: ${line}`));
    progress.show('comparing');
    const report = recordedReport(runs, judged);
    progress.clear();
    process.stdout.write(recordedTable(report));
    writeReport(values.report, report);
    return report.problems.length === 0 ? 0 : 1;
  } finally {
    progress.clear();
  }
});

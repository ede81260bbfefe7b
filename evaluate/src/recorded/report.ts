import { hash64 } from '@spanwise/detectors';
import { table } from '@spanwise/local/command';
import { foldOf, type JudgedRuns, type Probabilities } from './judge-runs.ts';
import type { RecordedRun } from './read-runs.ts';
import { type Auc, stratifiedAuc } from './stratified-auc.ts';

/** Tasks by which rules and prior weights may be chosen, and the others; every second by a digest of the task. */
export type Half = 'development' | 'held back';
export const halfOf = ({ task }: RecordedRun): Half =>
  Number(BigInt(`0x${hash64(`half of ${task}`)}`) % 2n) === 0 ? 'development' : 'held back';

const strata = {
  'within domain': ({ set, domain }: RecordedRun) => `${set}/${domain}`,
  'within domain and model': ({ set, domain, model }: RecordedRun) => `${set}/${domain}/${model}`,
  'same task and model': ({ set, model, task }: RecordedRun) => `${set}/${model}/${task}`,
} as const;
type Comparison = keyof typeof strata;
const comparisons = Object.keys(strata) as Comparison[];

export interface ScoreRow {
  readonly score: string;
  readonly tasks: Half | 'all';
  readonly auc: Readonly<Record<Comparison, Auc | null>>;
  /** Mean squared error of a probability; null for what is none. */
  readonly brier: number | null;
}

export interface RecordedReport {
  readonly runs: number;
  readonly failed: number;
  readonly tasks: number;
  readonly rows: readonly ScoreRow[];
  readonly problems: readonly string[];
}

/** What one needs no pipeline for. */
const baselines: Readonly<Record<string, (run: RecordedRun) => number>> = {
  'any tool error': ({ spans }) => Number(spans.some(({ kind, failed }) => kind === 'tool' && failed)),
  'tool calls': ({ spans }) => toolSpans(spans).length,
  'steps (inferences and tool calls)': ({ spans }) =>
    spans.filter(({ kind }) => kind === 'llm' || kind === 'tool').length,
  spans: ({ spans }) => spans.length,
  'repeated identical calls': ({ spans }) => {
    const digests = toolSpans(spans).map(({ tool, toolArgumentsDigest }) => `${tool}/${toolArgumentsDigest}`);
    return digests.length - new Set(digests).size;
  },
};

const toolSpans = (spans: RecordedRun['spans']) => spans.filter(({ kind }) => kind === 'tool');

export function recordedReport(runs: readonly RecordedRun[], judged: JudgedRuns): RecordedReport {
  const scores: Score[] = [
    ...Object.entries(baselines).map(([name, of]): Score => ({ name, of, isProbability: false, inFold: false })),
    probability('failure probability, no labels', judged.unlabelled),
    probability('failure probability, labels, prequential', judged.prequential),
    probability('failure probability, labels, tasks never seen *', judged.unseenTasks, true),
    probability('failure probability, no labels *', judged.unlabelled, true),
  ];
  const rows: ScoreRow[] = [];
  for (const tasks of ['development', 'held back', 'all'] as const) {
    const some = runs.filter((run) => tasks === 'all' || halfOf(run) === tasks);
    for (const score of scores) rows.push(rowOf(score, tasks, some));
  }
  const missing = runs.filter(({ traceId }) => !judged.unlabelled.has(traceId)).length;
  return {
    runs: runs.length,
    failed: runs.filter(({ failed }) => failed).length,
    tasks: new Set(runs.map(({ task }) => task)).size,
    rows,
    problems: [...judged.problems, ...(missing > 0 ? [`${missing} runs were not judged`] : [])],
  };
}

/** What runs are compared by. */
interface Score {
  readonly name: string;
  readonly of: (run: RecordedRun) => number | undefined;
  readonly isProbability: boolean;
  /** Runs of one fold only are compared. */
  readonly inFold: boolean;
}

const probability = (name: string, by: Probabilities, inFold = false): Score => ({
  ...{ name, isProbability: true, inFold },
  of: ({ traceId }) => by.get(traceId),
});

function rowOf(
  { name: score, of, isProbability, inFold }: Score,
  tasks: ScoreRow['tasks'],
  runs: readonly RecordedRun[],
): ScoreRow {
  const scored = runs.flatMap((run) => {
    const value = of(run);
    return value === undefined ? [] : [{ run, value }];
  });
  const aucOf = (stratumOf: (run: RecordedRun) => string): Auc | null =>
    stratifiedAuc(
      scored.map(({ run, value }) => ({
        ...{
          score: value,
          failed: run.failed,
          stratum: inFold ? `${foldOf(run)}/${stratumOf(run)}` : stratumOf(run),
          cluster: run.task,
        },
      })),
    );
  const auc = Object.fromEntries(comparisons.map((name) => [name, aucOf(strata[name])])) as ScoreRow['auc'];
  const squares = scored.map(({ run, value }) => (value - Number(run.failed)) ** 2);
  const brier =
    isProbability && squares.length > 0 ? squares.reduce((sum, each) => sum + each, 0) / squares.length : null;
  return { score, tasks, auc, brier };
}

const shown = (auc: Auc | null): string =>
  auc === null ? '–' : `${auc.auc.toFixed(2)} (${auc.low.toFixed(2)}–${auc.high.toFixed(2)})`;

/** For people. */
export function recordedTable({ runs, failed, tasks, rows, problems }: RecordedReport): string {
  let text = `${runs} runs of ${tasks} tasks, ${failed} failed\n`;
  for (const half of ['development', 'held back', 'all'] as const) {
    const own = rows.filter((row) => row.tasks === half);
    const pairs = comparisons.map((name) => `${name} ${own[0]?.auc[name]?.pairs ?? 0}`).join(', ');
    text += `\n${half === 'all' ? 'All tasks' : `Tasks ${half === 'development' ? 'for development' : 'held back'}`} (pairs: ${pairs})\n`;
    text += table(
      ['score', ...comparisons, 'Brier'],
      own.map(({ score, auc, brier }) => [
        score,
        ...comparisons.map((name) => shown(auc[name])),
        brier === null ? '' : brier.toFixed(3),
      ]),
    );
  }
  text += '\n* pairs of runs of one fold only\n';
  return text + problems.map((problem) => `${problem}\n`).join('');
}

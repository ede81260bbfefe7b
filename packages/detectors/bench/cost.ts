/**
 * What it costs to judge a span, in microseconds of one thread. Each stretch of 100 spans counts with its fastest of several
 * rounds, so that a busy machine spoils little; what the garbage collector takes is therefore mostly left out.
 *
 *     npm run bench -w packages/detectors [-- rounds [workload]]
 *
 * One JSON line per workload: `perSpan` for all patterns, `model` without any, `end` for the end of a run; what it takes to write
 * the state, in microseconds per span (`stringify`) and bytes per step and per run beside its steps; and what each pattern adds when
 * it is alone.
 */
import type { Span } from '@spanwise/schemas';
import { MemorySlots, type RunDetector, RunJudge, runDetectors } from '../src/index.ts';
import { workloads } from './workloads.ts';

const rounds = Number(process.argv[2] ?? 12);
const STRETCH = 100;

/** Microseconds by stretch of spans or by run; bytes. */
interface Round {
  spans: number[];
  ends: number[];
  writes: number[];
  stepBytes: number;
  otherBytes: number;
  runs: number;
}

const nowUs = (): number => performance.now() * 1_000;

/** Appends the microseconds that `work` takes. */
function timed(times: number[], work: () => void): void {
  const begin = nowUs();
  work();
  times.push(nowUs() - begin);
}

function judge(spans: readonly Span[], detectors: readonly RunDetector[]): Round {
  const round: Round = { spans: [], ends: [], writes: [], stepBytes: 0, otherBytes: 0, runs: 0 };
  const runs = new Map<string, MemorySlots>();
  const runJudge = new RunJudge({ detectors });
  let nowMs = 1_900_000_000_000;
  for (let from = 0; from < spans.length; from += STRETCH) {
    timed(round.spans, () => {
      for (const span of spans.slice(from, from + STRETCH)) {
        let slots = runs.get(span.traceId);
        if (!slots) {
          slots = new MemorySlots();
          runs.set(span.traceId, slots);
        }
        runJudge.onSpan(slots, span, nowMs++);
      }
    });
  }
  for (const slots of runs.values()) {
    timed(round.writes, () => {
      for (const slot of slots.keys()) {
        const { length } = JSON.stringify(slots.get(slot));
        if (slot.startsWith('s/')) round.stepBytes += length;
        else round.otherBytes += length;
      }
    });
    timed(round.ends, () => runJudge.onEnd(slots, 'closed', nowMs));
  }
  round.runs = runs.size;
  return round;
}

function keepLeast(least: Round, round: Round): void {
  for (const cost of ['spans', 'ends', 'writes'] as const) {
    round[cost].forEach((us, i) => {
      least[cost][i] = Math.min(least[cost][i] ?? us, us);
    });
  }
}

/** The least of each cost. The sets of detectors take turns, so that a noisy moment strikes them all. */
function measure(spans: readonly Span[], sets: readonly (readonly RunDetector[])[]): Round[] {
  const least = sets.map((detectors) => judge(spans, detectors));
  for (let round = 1; round < rounds; round++) {
    for (const [i, detectors] of sets.entries()) keepLeast(least[i] as Round, judge(spans, detectors));
  }
  return least;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const two = (value: number): number => Number(value.toFixed(2));

for (const { name, spans } of workloads()) {
  if (name !== (process.argv[3] ?? name)) continue;
  const each = runDetectors();
  const [all, model, ...alone] = measure(spans, [each, [], ...each.map((detector) => [detector])]);
  if (!all || !model) throw new Error('no detectors are registered');
  const perSpan = (round: Round) => sum(round.spans) / spans.length;
  const report = {
    workload: name,
    spans: spans.length,
    perSpan: two(perSpan(all)),
    model: two(perSpan(model)),
    end: two(sum(all.ends) / all.runs),
    stringify: two(sum(all.writes) / spans.length),
    stepBytes: Math.round(all.stepBytes / spans.length),
    runBytes: Math.round(all.otherBytes / all.runs),
    patterns: Object.fromEntries(
      each.map(({ pattern }, i) => [pattern, two(perSpan(alone[i] ?? model) - perSpan(model))]),
    ),
  };
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

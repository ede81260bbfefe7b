/**
 * What it costs to judge a span: CPU microseconds, the best of several rounds.
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

interface Round {
  spanUs: number;
  endUs: number;
  stringifyUs: number;
  stepBytes: number;
  runBytes: number;
}

const NEVER: Round = {
  spanUs: Number.POSITIVE_INFINITY,
  endUs: Number.POSITIVE_INFINITY,
  stringifyUs: Number.POSITIVE_INFINITY,
  stepBytes: Number.POSITIVE_INFINITY,
  runBytes: Number.POSITIVE_INFINITY,
};

const cpuUs = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

function judge(spans: readonly Span[], detectors: readonly RunDetector[]): Round {
  const runs = new Map<string, MemorySlots>();
  const runJudge = new RunJudge({ detectors });
  let nowMs = 1_900_000_000_000;
  const begin = cpuUs();
  for (const span of spans) {
    let slots = runs.get(span.traceId);
    if (!slots) {
      slots = new MemorySlots();
      runs.set(span.traceId, slots);
    }
    runJudge.onSpan(slots, span, nowMs++);
  }
  const spansDone = cpuUs();
  let [stepBytes, otherBytes] = [0, 0];
  for (const slots of runs.values()) {
    for (const slot of slots.keys()) {
      const { length } = JSON.stringify(slots.get(slot));
      if (slot.startsWith('s/')) stepBytes += length;
      else otherBytes += length;
    }
  }
  const written = cpuUs();
  for (const slots of runs.values()) runJudge.onEnd(slots, 'closed', nowMs);
  return {
    spanUs: (spansDone - begin) / spans.length,
    stringifyUs: (written - spansDone) / spans.length,
    endUs: (cpuUs() - written) / runs.size,
    stepBytes: stepBytes / spans.length,
    runBytes: otherBytes / runs.size,
  };
}

/** The least of each cost. The sets of detectors take turns, so that a noisy moment strikes them all. */
function measure(spans: readonly Span[], sets: readonly (readonly RunDetector[])[]): Round[] {
  const least = sets.map((): Round => ({ ...NEVER }));
  for (let round = 0; round < rounds; round++) {
    for (const [i, detectors] of sets.entries()) {
      const measured = judge(spans, detectors);
      const best = least[i] as Round;
      for (const cost of Object.keys(best) as (keyof Round)[]) best[cost] = Math.min(best[cost], measured[cost]);
    }
  }
  return least;
}

const two = (value: number): number => Number(value.toFixed(2));

for (const { name, spans } of workloads()) {
  if (name !== (process.argv[3] ?? name)) continue;
  const each = runDetectors();
  const [all, model, ...alone] = measure(spans, [each, [], ...each.map((detector) => [detector])]);
  if (!all || !model) throw new Error('no detectors are registered');
  const report = {
    workload: name,
    spans: spans.length,
    perSpan: two(all.spanUs),
    model: two(model.spanUs),
    end: two(all.endUs),
    stringify: two(all.stringifyUs),
    stepBytes: Math.round(all.stepBytes),
    runBytes: Math.round(all.runBytes),
    patterns: Object.fromEntries(
      each.map(({ pattern }, i) => [pattern, two((alone[i]?.spanUs ?? Number.NaN) - model.spanUs)]),
    ),
  };
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

import { type HostileRun, hostileRuns, longRun } from '@spanwise/testkit/spans';
import { afterAll, describe, expect, it } from 'vitest';
import { runDetectors } from '../run/registry.ts';
import { MemorySlots } from '../slots.ts';
import { RunJudge } from './run-judge.ts';

/** Spans until a run is as full as it gets; then as many stretches, the fastest of which counts. */
const FILL = 1_536;
const STRETCH = 512;
const STRETCHES = 3;

/** A span of a run that does its worst may cost so many times what one of an orderly run costs, as docs/guarantees.md says it. */
const MOST_TIMES = 30;
/** Characters of JSON: what a run remembers, whatever it does. */
const MOST_STATE = 3 * 1024 * 1024;

interface Cost {
  /** Microseconds of CPU for a stretch of spans, in a run that is full. */
  cpuUs: number;
  state: number;
  slots: number;
  faults: number;
  revisions: number;
}

function cpuUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

function costOf(run: HostileRun): Cost {
  const judge = new RunJudge({ detectors: runDetectors() });
  const slots = new MemorySlots();
  const cost: Cost = { cpuUs: Number.POSITIVE_INFINITY, state: 0, slots: 0, faults: 0, revisions: 0 };
  let n = 0;
  const play = (spans: number) => {
    const batch = Array.from({ length: spans }, () => run(n++));
    const from = cpuUs();
    for (const [i, span] of batch.entries()) {
      const output = judge.onSpan(slots, span, 1_000_000 + n + i);
      cost.faults += output.faults.length;
      cost.revisions += output.revisions.length;
    }
    return cpuUs() - from;
  };
  play(FILL);
  for (let i = 0; i < STRETCHES; i++) cost.cpuUs = Math.min(cost.cpuUs, play(STRETCH));
  cost.faults += judge.onEnd(slots, 'closed', 2_000_000).faults.length;
  cost.state = slots.snapshot().length;
  cost.slots = [...slots.keys()].length;
  return cost;
}

describe('a run in which', () => {
  // once to warm the code up, or what the others are measured by would be slow
  costOf(longRun);
  const orderly = costOf(longRun);
  const times: { run: string; times: number }[] = [];
  afterAll(() => {
    const [worst, ...others] = times.toSorted((a, b) => b.times - a.times);
    const median = others[Math.floor(others.length / 2)];
    console.info(
      `a span costs at most ${worst?.times.toFixed(1)} times an orderly one's CPU (${worst?.run}), median ${median?.times.toFixed(1)}`,
    );
  });

  it.each(Object.entries(hostileRuns))('%s costs a span about what others cost, and stays bounded', (name, run) => {
    const cost = costOf(run);
    times.push({ run: name, times: cost.cpuUs / orderly.cpuUs });
    expect(cost.faults).toBe(0);
    expect(cost.cpuUs / orderly.cpuUs).toBeLessThan(MOST_TIMES);
    expect(cost.state).toBeLessThan(MOST_STATE);
    expect(cost.slots).toBeLessThan(1_024 + 1_000);
    // 64 changes of the root tell 1,024 steps; every span is told once more
    expect(cost.revisions).toBeLessThan(64 * 1_024 + 2 * FILL);
  });
});

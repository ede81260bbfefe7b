import { type HostileRun, hostileRuns, longRun } from '@spanwise/testkit/spans';
import { describe, expect, it } from 'vitest';
import { runDetectors } from '../run/registry.ts';
import { MemorySlots } from '../slots.ts';
import { RunJudge } from './run-judge.ts';

/** Spans until a run is as full as it gets; then as many stretches, the fastest of which counts. */
const FILL = 1_536;
const STRETCH = 512;
const STRETCHES = 3;

/** A span of a run that does its worst may cost so many times what one of an orderly run costs. */
const MOST_TIMES = 60;
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
  const orderly = costOf(longRun);

  it.each(Object.entries(hostileRuns))('%s costs a span about what others cost, and stays bounded', (_name, run) => {
    const cost = costOf(run);
    expect(cost.faults).toBe(0);
    expect(cost.cpuUs / orderly.cpuUs).toBeLessThan(MOST_TIMES);
    expect(cost.state).toBeLessThan(MOST_STATE);
    expect(cost.slots).toBeLessThan(1_024 + 1_000);
    // 64 changes of the root tell 1,024 steps; every span is told once more
    expect(cost.revisions).toBeLessThan(64 * 1_024 + 2 * FILL);
  });
});

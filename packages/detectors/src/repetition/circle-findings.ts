import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { listed } from '../detector/wording.ts';
import { agentKey } from '../reading/agent-key.ts';
import type { Deadlock } from '../relations/consensus.ts';
import type { HandedBack, NestedCycle } from '../relations/delegation-cycles.ts';
import type { Handoff } from '../relations/handoffs.ts';

/** Agents that go round in a circle, in words and numbers. */
export interface Found {
  key: string;
  at: Step;
  began: Step;
  type: string;
  summary: string;
  expected: string;
  seen: unknown;
  numbers: Record<string, number>;
  spans: string[];
  severe: boolean;
  confidence: number;
}

const secondsOver = (run: RunView, steps: readonly Step[]): number => {
  const [from, to] = [Math.min(...steps.map((s) => run.startOf(s))), Math.max(...steps.map((s) => run.endOf(s)))];
  return Math.round((to - from) / 1e4) / 100;
};

/** An agent is at work within itself. */
export function toldNested({ chain, closing, seen }: NestedCycle, run: RunView): Found {
  const path = chain.map(({ agent }) => agent);
  const through = closing.through ?? closing.step;
  const asked = run.requesterOf(through);
  const steps = chain.map(({ step }) => step);
  const words = path.join(' → ');
  return {
    key: `nested ${closing.step.spanId}`,
    at: closing.step,
    began: asked && run.endOf(asked) <= run.startOf(through) + 1_000 ? asked : through,
    type: 'delegation_cycle',
    summary: seen
      ? `${words}: ${closing.agent} was asked for the very work that it is waiting for`
      : `${words}: ${closing.agent} was asked again and again within its own work`,
    expected: 'a delegation to an agent that does the work',
    seen: words,
    numbers: { agents: new Set(path).size, seconds: secondsOver(run, steps) },
    spans: steps.map((step) => step.spanId),
    severe: steps.some(isFailure),
    confidence: seen ? 0.9 : 0.6,
  };
}

/** Work comes round to the handoff through which it had passed before. */
export function toldBack({ first, between, again }: HandedBack, run: RunView): Found {
  const path = [first.from, first.to, ...between.map((other) => other.to), again.to];
  const words = path.join(' → ');
  const steps = [first, ...between, again].map(({ step }) => step);
  const last = between.at(-1) as Handoff<string[]>;
  return {
    key: `back ${again.step.spanId}`,
    at: again.step,
    began: last.asked ?? last.step,
    type: 'handed_back',
    summary: `${words}: the same work goes round and nobody does it`,
    expected: 'an agent that does the work, or says something new',
    seen: words,
    numbers: { agents: new Set(path).size, handoffs: steps.length, seconds: secondsOver(run, steps) },
    spans: steps.map((step) => step.spanId),
    severe: false,
    confidence: 0.85,
  };
}

/**
 * Agents wait for each other.
 *
 * @param cycle their steps, beginning with the one that closes it
 */
export function toldWait(cycle: readonly Step[], run: RunView): Found {
  const [closing] = cycle as [Step];
  const byStart = [...cycle].sort((a, b) => run.startOf(a) - run.startOf(b) || (a.spanId < b.spanId ? -1 : 1));
  const began = byStart[0] as Step;
  const words = [...cycle, closing].map((step) => agentKey(run.agentOf(step))).join(' → ');
  return {
    key: `waits ${closing.spanId}`,
    at: closing,
    began,
    type: 'waiting_cycle',
    summary: `${words}: each waits for the next, and none can go on`,
    expected: 'one of them that waits for nobody',
    seen: words,
    numbers: { agents: cycle.length, seconds: secondsOver(run, cycle) },
    spans: cycle.map((step) => step.spanId),
    severe: true,
    confidence: 0.95,
  };
}

/** Speakers come no nearer to each other; `tooMany` rounds are a deadlock. */
export function toldDeadlock(deadlock: Deadlock, tooMany: number, run: RunView): Found {
  const { began, at, disputed, speakers, held } = deadlock;
  const views = Object.entries(held).map(([speaker, value]) => `${speaker}: ${value}`);
  return {
    key: `consensus ${began.spanId}`,
    at,
    began,
    type: 'no_agreement',
    summary: `${listed(speakers.slice(0, 4))} came no nearer to an agreement on ${listed(disputed.slice(0, 3))} in ${deadlock.rounds} rounds (${views.slice(0, 4).join('; ')})`,
    expected: 'disagreement that shrinks, or an end',
    seen: held,
    numbers: {
      rounds: deadlock.rounds,
      agents: speakers.length,
      disputed: disputed.length,
      seconds: secondsOver(run, [began, at]),
    },
    spans: deadlock.spans,
    severe: deadlock.rounds >= 2 * tooMany,
    confidence: 0.85,
  };
}

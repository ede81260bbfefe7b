import type { Convention } from './convention/convention.ts';
import { placements } from './convention/convention.ts';
import type { Injector } from './injector/injector.ts';
import type { Negative } from './negative/negative.ts';
import type { RunPlan, Turn } from './plan/step.ts';
import type { Random } from './random.ts';
import type { Notes } from './render/truths.ts';
import type { SimulatedRun } from './run.ts';
import type { Scenario } from './scenario/scenario.ts';
import { simulateRun } from './simulate-run.ts';

/** What is to be put into one run; nothing: it is clean. */
export interface Wish {
  readonly injector?: Injector;
  readonly negative?: Negative;
}

export interface SessionSetting {
  readonly startMs: number;
  readonly scenarios: readonly Scenario[];
  readonly convention: Convention;
  /** One for each run of the conversation */
  readonly wishes: readonly Wish[];
}

const RELEASES = ['2.3.0', '2.4.0', '2.4.1'];
/** How long a user thinks between two turns, milliseconds. */
const [LEAST_PAUSE_MS, MOST_PAUSE_MS] = [400, 2_000];
const MOST_TRIES = 64;

/** A conversation: one run after the other, each knowing what was said before. */
export function simulateSession(setting: SessionSetting, random: Random): SimulatedRun[] {
  const { scenarios, convention, wishes } = setting;
  const sessionId = `conv-${random.hex(16)}`;
  const placement = random.pick(placements);
  const release = random.pick(RELEASES);
  const isLinking = random.chance(0.4);
  const usual = random.pick(scenarios);
  const runs: SimulatedRun[] = [];
  const earlier: Turn[] = [];
  let startMs = setting.startMs;
  for (const wish of wishes) {
    const { plan, notes } = planFor(wish, usual, scenarios, earlier, random);
    const linkedTo = isLinking ? runs.at(-1) : undefined;
    const run = simulateRun(plan, notes, { startMs, sessionId, convention, placement, release, linkedTo }, random);
    runs.push(run);
    // Nobody goes on talking to an agent that has died.
    if (run.turn === undefined) break;
    if (plan.scenario === usual.name) earlier.push(run.turn);
    startMs = run.endMs + random.between(LEAST_PAUSE_MS, MOST_PAUSE_MS);
  }
  return runs;
}

/** Draws plans until one offers a place for what is wished: of the usual scenario first, then of any. */
function planFor(
  wish: Wish,
  usual: Scenario,
  scenarios: readonly Scenario[],
  earlier: readonly Turn[],
  random: Random,
): { plan: RunPlan; notes: Notes } {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const scenario = tries < 4 ? usual : random.pick(scenarios);
    const plan = scenario.plan(random, scenario === usual ? [...earlier] : []);
    const notes = grant(wish, plan, random);
    if (notes) return { plan, notes };
  }
  throw new Error(`no scenario offers a place for ${wish.injector?.fault ?? wish.negative?.name ?? 'a clean run'}`);
}

function grant(wish: Wish, plan: RunPlan, random: Random): Notes | undefined {
  if (wish.injector) {
    const faults = wish.injector.inject(plan, random);
    return faults && { faults, negatives: [] };
  }
  if (wish.negative) {
    const negative = wish.negative.apply(plan, random);
    return negative && { faults: [], negatives: [negative] };
  }
  return { faults: [], negatives: [] };
}

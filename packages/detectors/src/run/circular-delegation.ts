import type { Span } from '@spanwise/schemas';
import type { Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { listed } from '../detector/wording.ts';
import { hash64 } from '../identity-hash.ts';
import { agentKey } from '../reading/agent-key.ts';
import { askedIn } from '../reading/handoff-payload.ts';
import { messagesOf, textOf } from '../reading/messages.ts';
import { namesIn, numberIn, ownAttributes } from '../reading/own-attributes.ts';
import { positionIn } from '../reading/positions.ts';
import { isCall, wrapsInference } from '../relations/calls.ts';
import { deadlocksIn, type Opinion } from '../relations/consensus.ts';
import { type Invocation, invocationsAbove } from '../relations/delegation-chains.ts';
import { type Handoff, type HandoffLog, handoffsOf, noteHandoff } from '../relations/handoffs.ts';
import { type Wait, waitingCycles } from '../relations/waiting.ts';

const DESCRIPTION = describePattern({
  pattern: 'circular_delegation',
  inShort: 'agents wait for each other, or a consensus comes no nearer',
  claims:
    'Agents wait for each other in a cycle, or look for a consensus and get no nearer to one. Positions are read ' +
    'from JSON answers and lines like `Vote: approve`; rounds from `spanwise.consensus.round` on the span or above ' +
    'it, else each speaker’s turn to one question is a round.',
  doesNotClaim: [
    'recursion whose task changes or gets smaller',
    'a handoff back that says something new; work that is sent back once',
    'a debate in prose; one whose numbers approach each other; one that was agreed upon in the end',
  ],
  needs:
    'payloads of handoffs or inputs of invoked agents to know that a task is the same: without them an agent within ' +
    'itself counts from the third time on',
  happened: 'the invocation or handoff that closes the cycle, or the last statement of the round that is one too many',
  began: 'the inference that passed the work on, the first wait, or the first statement of the stretch',
  evidence: {
    delegation_cycle:
      'an agent is invoked within its own invocation (A → B → A, all open) with the same task as one further out; ' +
      'seen: the path; numbers `agents`, `seconds`',
    handed_back:
      'control passes A → B → … → A → B with the same payload, and nobody called anything in between; holds the ' +
      'same, and `handoffs`',
    waiting_cycle:
      'steps that state what they wait for (`spanwise.waits_for`: names of agents) form a cycle, and all wait at ' +
      'once; holds the same',
    no_agreement:
      'the speakers hold different values of the same fields, round after round, as far apart as before; seen: what ' +
      'each holds; numbers `rounds`, `agents`, `disputed`, `seconds`',
  },
  severity: {
    medium: 'otherwise',
    high: 'the cycle failed; waits; twice the rounds of a deadlock',
  },
  published: ['MAST 1.3, 1.5, 2.5'],
  settings: {
    rounds: setting.count(4, 'rounds without getting nearer that make a deadlock', 'three are a lawful debate'),
    unseenTasks: setting.count(
      3,
      'invocations of one agent within each other that are too many where tasks are not known',
      'the second may be about something else',
    ),
  },
});

type CircularDelegationSettings = setting.SettingsOf<typeof DESCRIPTION.settings>;

const MOST_WAITS = 32;
const MOST_OPINIONS = 48;
const MOST_ROUNDS = 64;

interface State {
  /** Digests of the tasks of handoffs. */
  log: HandoffLog<string[]>;
  waits: Wait[];
  opinions: Opinion[];
  /** Rounds that spans say they are of, by span id. */
  rounds: [spanId: string, round: number][];
  reported: string[];
}

interface Found {
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

export const circularDelegation = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  function judge(run: RunView, state: State, reporter: Reporter): boolean {
    const found = [
      ...delegations(run, state, settings.unseenTasks),
      ...waiting(run, state),
      ...debates(run, state, settings),
    ];
    const keys = found.map(({ key }) => key);
    for (const one of found) {
      reporter.report({
        key: one.key,
        span: one.at,
        rootCause: one.began,
        severity: one.severe ? 'high' : 'medium',
        confidence: one.confidence,
        summary: one.summary,
        evidence: {
          type: one.type,
          expected: one.expected,
          seen: one.seen,
          numbers: one.numbers,
          spans: [...new Set(one.spans)].slice(0, 32),
        },
      });
    }
    // What rests on steps that are forgotten stays as it was told.
    const stale = state.reported.filter(
      (key) => !keys.includes(key) && run.stepOf(key.split(' ')[1] ?? '') !== undefined,
    );
    for (const key of stale) reporter.withdraw(key);
    const reported = [...new Set([...state.reported.filter((key) => !stale.includes(key)), ...keys])].slice(-32);
    const changed = reported.join() !== state.reported.join();
    state.reported = reported;
    return changed;
  }

  return {
    initialState: () => ({ log: { notes: [] }, waits: [], opinions: [], rounds: [], reported: [] }),

    onSpan(step, span, run, state, reporter) {
      const noted = noteHandoff(state.log, step, span, (payload) => payload.tasks.map((task) => task.slice(0, 8)));
      const told = noteOwn(step, span, state);
      const spoke = noteOpinion(step, span, run, state);
      const isPart = step.kind === 'agent' || step.kind === 'handoff';
      if (!isPart && !told && !spoke) return noted;
      return judge(run, state, reporter) || noted || told || spoke;
    },

    onRunEnd: (_end, run, state, reporter) => judge(run, state, reporter),
  };
});

/** What a span says of waiting and rounds. */
function noteOwn(step: Step, span: Span, state: State): boolean {
  const own = ownAttributes(span);
  if (!own) return false;
  const round = numberIn(own['consensus.round']);
  if (round !== undefined) {
    state.rounds.push([step.spanId, round]);
    if (state.rounds.length > MOST_ROUNDS) state.rounds.shift();
  }
  const names = namesIn(own.waits_for).map(agentKey);
  if (names.length > 0) {
    state.waits.push({ spanId: step.spanId, for: names.slice(0, 8) });
    if (state.waits.length > MOST_WAITS) state.waits.shift();
  }
  return round !== undefined || names.length > 0;
}

/** Cheap: a JSON object in a text, or a line that states a position. */
const MAY_STATE =
  /\{(?:\\n|\s)*\\"|(?:vote|decision|verdict|position|proposal|choice|recommendation|stance|answer|estimate)[*_ ]*[:=]/i;

/** `Round 3` and `Round 4` ask the same. */
const COUNT = /\b\d{1,2}\b/g;

/** An answer in words that states a position. */
function noteOpinion(step: Step, span: Span, run: RunView, state: State): boolean {
  if (step.kind !== 'llm' || step.requestedCalls.length > 0 || span.outputMessages === '') return false;
  if (!MAY_STATE.test(span.outputMessages) || wrapsInference(step, run)) return false;
  const text = messagesOf(span.outputMessages).map(textOf).join('\n');
  const position = positionIn(text);
  if (position.length === 0) return false;
  state.opinions.push({
    spanId: step.spanId,
    task: hash64(askedIn(span.inputMessages).replace(COUNT, '')).slice(0, 8),
    position,
  });
  if (state.opinions.length > MOST_OPINIONS) state.opinions.shift();
  return true;
}

const secondsOver = (run: RunView, steps: readonly Step[]): number => {
  const [from, to] = [Math.min(...steps.map((s) => run.startOf(s))), Math.max(...steps.map((s) => run.endOf(s)))];
  return Math.round((to - from) / 1e4) / 100;
};

const shares = (a: readonly string[] | null, b: readonly string[] | null): boolean =>
  a !== null && b !== null && a.some((task) => b.includes(task));

function delegations(run: RunView, state: State, unseenTasks: number): Found[] {
  const { log } = state;
  if (log.notes.length < 2) return [];
  const tasks = new Map<string, string[]>();
  for (const [spanId, via, , , kept] of log.notes) if (via !== 'request' && kept) tasks.set(spanId, kept);
  const handoffs = handoffsOf(log, run);
  for (const { step, kept } of handoffs) if (kept) tasks.set(step.spanId, kept);
  const found = new Map<string, Found>();
  for (const [spanId, via] of log.notes) {
    const step = via === 'agent' ? run.stepOf(spanId) : undefined;
    if (!step) continue;
    const cycle = nestedCycle(invocationsAbove(step, run), tasks, unseenTasks);
    if (cycle) found.set(cycle.closing.step.spanId, toldNested(cycle, run));
  }
  const back = handedBack(
    handoffs.filter((handoff) => !handoff.nested),
    run,
  );
  for (const one of back) found.set(one.key, one);
  return [...found.values()];
}

interface NestedCycle {
  chain: Invocation[];
  closing: Invocation;
  seen: boolean;
}

/** The outermost invocation by which an agent is at work within itself on the same task. */
function nestedCycle(
  chain: readonly Invocation[],
  tasks: ReadonlyMap<string, string[]>,
  unseenTasks: number,
): NestedCycle | undefined {
  const taskOf = ({ step, through }: Invocation): string[] => [
    ...(tasks.get(step.spanId) ?? []),
    ...((through && tasks.get(through.spanId)) ?? []),
  ];
  for (let i = 1; i < chain.length; i++) {
    const closing = chain[i] as Invocation;
    const from = chain.findLastIndex((other, at) => at < i && other.agent === closing.agent);
    if (from < 0) continue;
    const task = taskOf(closing);
    if (task.length > 0) {
      const same = chain.slice(from, i).some((other) => shares(taskOf(other), task));
      if (same) return { chain: chain.slice(from, i + 1), closing, seen: true };
      continue;
    }
    const times = chain.slice(0, i + 1).filter((other) => other.agent === closing.agent).length;
    if (times >= unseenTasks) return { chain: chain.slice(from, i + 1), closing, seen: false };
  }
  return undefined;
}

function toldNested({ chain, closing, seen }: NestedCycle, run: RunView): Found {
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

/** The same work passes through the same handoff again without anybody having done anything. */
function handedBack(handoffs: readonly Handoff<string[]>[], run: RunView): Found[] {
  const found: Found[] = [];
  for (let i = 2; i < handoffs.length; i++) {
    const again = handoffs[i] as Handoff<string[]>;
    const from = handoffs.findLastIndex(
      (other, at) => at < i - 1 && other.from === again.from && other.to === again.to && shares(other.kept, again.kept),
    );
    const first = handoffs[from];
    if (!first || again.from === '' || again.to === '') continue;
    const between = handoffs.slice(from + 1, i);
    const isPassedOn = between.every((other) => shares(other.kept, again.kept));
    if (!isPassedOn || !between.some((other) => other.to === again.from) || actedBetween(first.step, again.step, run))
      continue;
    const path = [first.from, first.to, ...between.map((other) => other.to), again.to];
    const words = path.join(' → ');
    const steps = [first, ...between, again].map(({ step }) => step);
    const last = between.at(-1) as Handoff<string[]>;
    found.push({
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
    });
    break;
  }
  return found;
}

function actedBetween(first: Step, last: Step, run: RunView): boolean {
  const [from, to] = [run.startOf(first), run.startOf(last)];
  return run.steps.some((step) => isCall(step) && run.startOf(step) > from && run.startOf(step) < to);
}

function waiting(run: RunView, state: State): Found[] {
  if (state.waits.length < 2) return [];
  return waitingCycles(state.waits, run, (step) => agentKey(run.agentOf(step))).map((cycle): Found => {
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
  });
}

const MOST_DEPTH = 16;

function debates(run: RunView, state: State, settings: CircularDelegationSettings): Found[] {
  if (state.opinions.length < settings.rounds * 2) return [];
  const rounds = new Map(state.rounds);
  const roundOf = (step: Step): number | undefined => {
    let at: Step | undefined = step;
    for (let depth = 0; at && depth < MOST_DEPTH; depth++) {
      const round = rounds.get(at.spanId);
      if (round !== undefined) return round;
      at = run.parentOf(at);
    }
    return undefined;
  };
  const speakerOf = (step: Step): string => agentKey(run.agentOf(step));
  return deadlocksIn(state.opinions, run, roundOf, speakerOf, settings.rounds).map((deadlock): Found => {
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
      severe: deadlock.rounds >= settings.rounds * 2,
      confidence: 0.85,
    };
  });
}

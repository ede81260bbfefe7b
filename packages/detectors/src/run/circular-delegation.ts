import type { Span } from '@spanwise/schemas';
import type { Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import type { Step } from '../detector/step.ts';
import { agentKey } from '../reading/agent-key.ts';
import { namesIn, numberIn, ownAttributes } from '../reading/own-attributes.ts';
import { deadlocksIn, type Opinion } from '../relations/consensus.ts';
import { invocationsAbove } from '../relations/delegation-chains.ts';
import { handedBack, nestedCycle } from '../relations/delegation-cycles.ts';
import { type HandoffLog, handoffsOf, noteHandoff } from '../relations/handoffs.ts';
import { opinionIn } from '../relations/opinions.ts';
import { type Wait, waitingCycles } from '../relations/waiting.ts';
import { type Found, toldBack, toldDeadlock, toldNested, toldWait } from '../repetition/circle-findings.ts';

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

function noteOpinion(step: Step, span: Span, run: RunView, state: State): boolean {
  const opinion = opinionIn(step, span, run);
  if (!opinion) return false;
  state.opinions.push(opinion);
  if (state.opinions.length > MOST_OPINIONS) state.opinions.shift();
  return true;
}

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
  return [...found.values(), ...(back ? [toldBack(back, run)] : [])];
}

const waiting = (run: RunView, { waits }: State): Found[] =>
  waits.length < 2
    ? []
    : waitingCycles(waits, run, (step) => agentKey(run.agentOf(step))).map((cycle) => toldWait(cycle, run));

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
  return deadlocksIn(state.opinions, run, roundOf, speakerOf, settings.rounds).map((deadlock) =>
    toldDeadlock(deadlock, settings.rounds, run),
  );
}

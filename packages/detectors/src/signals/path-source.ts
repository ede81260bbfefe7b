import type { PathProgress, PathStep, Run } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { asLong } from '../largest-long.ts';
import { nearestNamed } from '../relations/attribution.ts';
import { type IndexRanges, include, includeBelow, includes } from './index-ranges.ts';
import type { SignalDraft, SignalSource } from './signal-source.ts';

/** Every so many spans of a run the paths in it are looked at; of a long run, at ever so many more. */
const LOOK_EVERY = 8;
/** A path that goes on is told when it has so many steps more: a signal for each would cost as much as its span. */
const LEAST_STEPS = 4;
/** Steps of one signal, and of a path; later ones are not told. */
const MAX_STEPS = 64;
const MAX_PATH = 256;
/** Paths of a run that are told. */
const MAX_PATHS = 64;
const MOST_DEPTH = 64;

interface Told {
  agent: string;
  /** Steps so far; below 0: there were more than are told. */
  steps: number;
  /** The end of the invocation was told, and the verdict with which the run ended. */
  isDone: boolean;
  endedAs: string;
}

interface State {
  /** The run was seen from its first span on. */
  begun: boolean;
  /** Indexes of steps that were told, or are part of no path. */
  seen: IndexRanges;
  /** By the path. */
  told: Record<string, Told>;
}

/** Whose step it is. */
interface Owner {
  agent: string;
  /** Span of the invocation; while that has not come, the span that is awaited. */
  pathId: string;
  /** The invocation has ended. */
  isDone: boolean;
}

const OPERATIONS: ReadonlySet<string> = new Set(['llm', 'tool', 'retrieval', 'memory', 'handoff', 'agent']);

/**
 * The paths of a run's agents: what each invocation of an agent does itself, in the order of release. A step waits until its agent is
 * known, which mostly is above it and ends later.
 */
export const pathSource: SignalSource<State> = {
  name: 'path',
  initialState: () => ({ begun: false, seen: [], told: {} }),

  onSpan(step, _span, run, state, send) {
    // What goes on after its state was given up cannot tell what it has told.
    if (!state.begun && step.index > 0) return false;
    const isNew = !state.begun;
    state.begun = true;
    const isLong = step.index >= MAX_PATH;
    const every = isLong ? LOOK_EVERY * LOOK_EVERY : LOOK_EVERY;
    const isLook = step.index % every === every - 1 || (!isLong && step.kind === 'agent') || step === run.root;
    return (isLook && tell(run, state, undefined, send)) || isNew;
  },

  onRunEnd(_end, judged, run, state, send) {
    return state.begun && judged.continuation === 0 && tell(run, state, judged, send);
  },
};

/** Tells what is to be told now, or, at the run's end, everything. Returns whether the state changed. */
function tell(run: RunView, state: State, ended: Run | undefined, send: (signal: SignalDraft) => void): boolean {
  const { seen, told } = state;
  const [oldest] = run.steps;
  if (!oldest) return false;
  let isChanged = false;
  if (run.droppedSteps > 0 && !includes(seen, oldest.index - 1)) {
    includeBelow(seen, oldest.index);
    isChanged = true;
  }
  const waiting = new Map<string, { owner: Owner; steps: Step[] }>();
  const from = seen[0]?.[0] === 0 ? seen[0][1] : 0;
  for (let at = Math.max(0, from - oldest.index); at < run.steps.length; at++) {
    const step = run.steps[at] as Step;
    if (includes(seen, step.index)) continue;
    if (!isOperation(step, run)) {
      include(seen, step.index);
      isChanged = true;
      continue;
    }
    const owner = ownerOf(step, run, ended !== undefined);
    if (!owner) continue;
    const path = waiting.get(owner.pathId) ?? { owner, steps: [] };
    path.owner = owner;
    path.steps.push(step);
    waiting.set(owner.pathId, path);
  }
  for (const [pathId, { owner, steps }] of waiting) {
    if (!owner.isDone && steps.length < LEAST_STEPS && !ended) continue;
    const known = told[pathId];
    for (const step of steps) include(seen, step.index);
    isChanged = true;
    if (!known && Object.keys(told).length === MAX_PATHS) continue;
    const path = known ?? { agent: owner.agent, steps: 0, isDone: false, endedAs: '' };
    told[pathId] = path;
    path.isDone ||= owner.isDone;
    const verdict = ended?.verdict ?? '';
    path.endedAs = verdict;
    if (path.steps < 0 || steps.length === 0) continue;
    sendSteps(steps, pathId, path, run, ended, send);
  }
  if (ended) {
    for (const [pathId, path] of Object.entries(told)) {
      if (waiting.has(pathId) || path.endedAs === ended.verdict) continue;
      path.endedAs = ended.verdict;
      isChanged = true;
      send(progressOf([], pathId, path, run, ended));
    }
  }
  return isChanged;
}

function sendSteps(
  steps: readonly Step[],
  pathId: string,
  path: Told,
  run: RunView,
  ended: Run | undefined,
  send: (signal: SignalDraft) => void,
): void {
  const room = MAX_PATH - path.steps;
  const shown = steps.slice(0, room);
  for (let at = 0; at < shown.length || at === 0; at += MAX_STEPS) {
    const part = shown.slice(at, at + MAX_STEPS);
    const isLast = at + MAX_STEPS >= shown.length;
    const signal = progressOf(
      part,
      pathId,
      { ...path, isDone: path.isDone && isLast },
      run,
      isLast ? ended : undefined,
    );
    if (isLast && room < steps.length && signal.body.path) signal.body.path.isWhole = false;
    send(signal);
    path.steps += part.length;
  }
  if (room < steps.length) path.steps = -1;
}

function progressOf(
  steps: readonly Step[],
  pathId: string,
  path: Told,
  run: RunView,
  ended: Run | undefined,
): SignalDraft {
  const [first] = steps;
  const progress: PathProgress = {
    traceId: run.traceId,
    sessionId: run.sessionId,
    agent: path.agent,
    release: first ? run.releaseOf(first) : '',
    environment: run.environment,
    workflow: run.workflow,
    firstIndex: Math.max(0, path.steps),
    steps: steps.map((step) => pathStep(step, run)),
    endedAs: ended?.verdict ?? '',
    pathId,
    isDone: path.isDone || ended?.rootSeen === true,
    isWhole: path.steps >= 0 && !(ended && run.incomplete),
    explainedBy: ended && ended.verdict !== 'correct' ? (ended.reasons[0]?.findingId ?? '') : '',
  };
  return { keyKind: 'agent', key: path.agent.slice(0, 256), body: { path: progress } };
}

const pathStep = (step: Step, run: RunView): PathStep => ({
  spanId: step.spanId,
  point: pointOf(step, run),
  endTime: step.end,
  receivedTime: step.receivedTime,
  failed: isFailure(step),
  durationNs: asLong((step.end - step.start) * 1_000),
});

/** kind/tool, or kind/agent where it calls one. */
function pointOf(step: Step, run: RunView): string {
  if (step.kind === 'llm') return 'llm';
  const callee = step.kind === 'agent' ? run.agentOf(step) || step.name : step.handoffTo;
  return `${step.kind}/${callee || step.tool}`.slice(0, 128);
}

/** Something that an agent does itself: an operation that wraps the like of it is counted by what it wraps. */
function isOperation(step: Step, run: RunView): boolean {
  if (!OPERATIONS.has(step.kind) || (step.kind === 'agent' && step.parentSpanId === '')) return false;
  const inside = run.childrenOf(step.spanId);
  return !inside.some((child) => child.kind === step.kind && (child.tool === step.tool || child.name === step.name));
}

/** Undefined while it is not known, and, with the run at its end, where it never will be. */
function ownerOf(step: Step, run: RunView, isEnd: boolean): Owner | undefined {
  let agent = step.kind === 'agent' ? '' : step.handoffFrom || step.agent;
  let top = step;
  for (let depth = 0; depth < MOST_DEPTH; depth++) {
    const above = run.parentOf(top);
    if (!above) break;
    top = above;
    if (above.kind !== 'agent') {
      agent ||= above.agent;
      continue;
    }
    agent ||= nearestNamed(above, 'agent', run)?.agent ?? '';
    if (agent === '') continue;
    // A node around an agent is no invocation of its own, nor is the agent in it an operation of the node's.
    if (step.kind === 'agent' && run.agentOf(step) === agent) return undefined;
    return { agent, pathId: above.spanId, isDone: true };
  }
  const isRooted = top.parentSpanId === '' || isEnd;
  if (agent === '' && isRooted) agent = run.agent;
  if (agent === '') return undefined;
  if (step.kind === 'agent' && run.agentOf(step) === agent) return undefined;
  return { agent, pathId: top.parentSpanId || top.spanId, isDone: isRooted && top !== step };
}

import type { PathProgress } from '@spanwise/schemas';
import type { Slots } from '../slots.ts';
import type { Divergence } from './divergence.ts';
import type { KeptStep } from './path-events.ts';

/** Steps of a path that are kept; a longer one is not judged further. */
const MAX_STEPS = 256;
/** Characters of a step's name, or a span's id. */
const MAX_NAME = 128;
const HELD_MS = 7 * 86_400_000;
/** Paths of an agent under way. */
export const MAX_PATHS_UNDER_WAY = 512;

/** A path, until some time after its end: slot `p/<trace>/<path>`. */
export interface PathUnderWay {
  traceId: string;
  sessionId: string;
  release: string;
  environment: string;
  workflow: string;
  steps: KeptStep[];
  /** Position of the next step. */
  next: number;
  /** Log time of its last signal, ms. */
  at: number;
  isDone: boolean;
  isWhole: boolean;
  /** Verdict of its run; empty while that goes on. */
  endedAs: string;
  explainedBy: string;
  divergence: Divergence | null;
  /** Where it diverged; null where it did not. */
  place: { spanId: string; causeSpanId: string; end: number; receivedTime: number } | null;
  /** The divergence was reported; it waits for its release to have been seen more often. */
  isReported: boolean;
  /** With which it was reported, 0 to 1. */
  confidence: number;
  isHeld: boolean;
  /** Its most surprising step. */
  bits: number;
  worst: string;
  isJudged: boolean;
  /** As it was learned: its events, and what there was to learn of its divergence. */
  learned: { events: { point: string; failed: boolean }[]; bits: number; isJudged: boolean } | null;
}

const SLOT = 'p/';
export const pathSlot = ({ traceId, pathId }: PathProgress): string => `${SLOT}${traceId}/${pathId}`;

export const newPath = (progress: PathProgress): PathUnderWay => ({
  traceId: progress.traceId,
  sessionId: progress.sessionId,
  release: progress.release,
  environment: progress.environment,
  workflow: progress.workflow,
  steps: [],
  next: 0,
  at: 0,
  isDone: false,
  isWhole: true,
  endedAs: '',
  explainedBy: '',
  divergence: null,
  place: null,
  isReported: false,
  confidence: 0,
  isHeld: false,
  bits: 0,
  worst: '',
  isJudged: false,
  learned: null,
});

/** Takes in what a signal tells of a path. Returns whether there is anything new to judge. */
export function advance(path: PathUnderWay, progress: PathProgress): boolean {
  const before = { next: path.next, isDone: path.isDone };
  path.sessionId = progress.sessionId;
  path.release ||= progress.release;
  path.environment ||= progress.environment;
  // what comes before was lost: steps are missing
  if (progress.firstIndex > path.next) path.isWhole = false;
  const { firstIndex, steps } = progress;
  for (const step of steps.slice(Math.max(0, path.next - firstIndex))) {
    if (path.steps.length === MAX_STEPS) {
      path.isWhole = false;
      break;
    }
    const { endTime: end, receivedTime, failed, durationNs } = step;
    const [spanId, point] = [step.spanId.slice(0, MAX_NAME), step.point.slice(0, MAX_NAME)];
    path.steps.push({ spanId, point, start: end - Math.floor(durationNs / 1_000), end, receivedTime, failed });
  }
  path.next = Math.max(path.next, firstIndex + steps.length);
  path.isDone ||= progress.isDone;
  path.isWhole &&= progress.isWhole;
  if (progress.endedAs !== '') {
    path.endedAs = progress.endedAs;
    path.explainedBy = progress.explainedBy;
  }
  return path.next > before.next || path.isDone !== before.isDone;
}

/** Forgets paths of which nothing came since `beforeMs`, those that wait for their release a week later, and the oldest of too many. Returns how many are left. */
export function forgetPaths(slots: Slots, beforeMs: number, most: number): number {
  const known: [slot: string, path: PathUnderWay][] = [];
  for (const slot of slots.keys()) {
    const path = slot.startsWith(SLOT) ? slots.get<PathUnderWay>(slot) : undefined;
    if (path) known.push([slot, path]);
  }
  known.sort(([slotOfA, a], [slotOfB, b]) => a.at - b.at || (slotOfA < slotOfB ? -1 : 1));
  const surplus = known.length - most;
  const gone = known.filter(([, { at, isHeld }], i) => at < (isHeld ? beforeMs - HELD_MS : beforeMs) || i < surplus);
  for (const [slot] of gone) slots.delete(slot);
  return known.length - gone.length;
}

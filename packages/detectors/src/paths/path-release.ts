import type { Slots } from '../slots.ts';

/** Divergences that a release remembers, and paths of each. */
const MAX_KEYS = 16;
const MAX_PATHS = 8;
/** Releases that an agent's paths are counted of; the one that was seen longest ago is forgotten first. */
const MAX_RELEASES = 16;

/** What a release does that its agent had not done: one of them. */
export interface NewWay {
  /** Paths that ended well with it. */
  count: number;
  /** Slots of paths that have it, the first ones. */
  paths: string[];
  /** It was told of the release. */
  isTold: boolean;
}

/** Paths of one release in one workflow: slot `r/<workflow>\n<release>`. */
export interface PathRelease {
  /** Those that ended well. */
  paths: number;
  /** Log time of the last, ms. */
  at: number;
  ways: Record<string, NewWay>;
}

const SLOT = 'r/';
const slotOf = (workflow: string, release: string): string => `${SLOT}${workflow}\n${release}`;

export const releaseOf = (slots: Slots, workflow: string, release: string): PathRelease =>
  slots.get<PathRelease>(slotOf(workflow, release)) ?? { paths: 0, at: 0, ways: {} };

export function saveRelease(slots: Slots, workflow: string, release: string, state: PathRelease): void {
  const slot = slotOf(workflow, release);
  if (!slots.get(slot)) makeRoom(slots);
  slots.put(slot, state);
}

/** A path diverged in this way: it stands with it until the release has shown whether it always does. */
export function noteWay(state: PathRelease, key: string, path: string): NewWay {
  const way = state.ways[key] ?? { count: 0, paths: [], isTold: false };
  if (!way.paths.includes(path) && way.paths.length < MAX_PATHS) way.paths.push(path);
  if (!state.ways[key]) {
    const [oldest] = Object.keys(state.ways);
    if (oldest !== undefined && Object.keys(state.ways).length === MAX_KEYS) delete state.ways[oldest];
    state.ways[key] = way;
  }
  return way;
}

function makeRoom(slots: Slots): void {
  const known: [slot: string, at: number][] = [];
  for (const slot of slots.keys()) {
    const state = slot.startsWith(SLOT) ? slots.get<PathRelease>(slot) : undefined;
    if (state) known.push([slot, state.at]);
  }
  if (known.length < MAX_RELEASES) return;
  known.sort(([slotOfA, a], [slotOfB, b]) => a - b || (slotOfA < slotOfB ? -1 : 1));
  for (const [slot] of known.slice(0, known.length - MAX_RELEASES + 1)) slots.delete(slot);
}

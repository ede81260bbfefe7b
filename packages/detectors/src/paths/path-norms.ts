import type { Slots } from '../slots.ts';
import type { DivergenceType } from './divergence.ts';

/** Paths after which all counts are halved. */
export const HALVE_AFTER = 2_000;
/** Width of a class of surprise, bits; and their number. */
const CLASS_BITS = 0.25;
const CLASSES = 80;
/** Divergences of paths that ended well that are remembered until they come again. */
const MAX_KEYS = 64;

/** What kind of claim is right as often as another: a step that is missing, and one that nobody knows. */
export type ClaimKind = 'missing' | 'foreign';

export const kindOf = (type: DivergenceType): ClaimKind => (type === 'foreign_step' ? 'foreign' : 'missing');

/** What is normal for the paths of an agent in one workflow: slot `w/<workflow>`. */
export interface PathNorms {
  /** Halvings so far. */
  epoch: number;
  /** Paths that were learned, and of them those in which a step could be judged. */
  paths: number;
  judged: number;
  /** Of those, paths that diverged, and those whose divergence proved to be a way of the agent's. */
  diverged: Record<ClaimKind, number>;
  lawful: Record<ClaimKind, number>;
  /** Divergences of paths that ended well, and how many such paths went the same way. */
  keys: Record<string, { kind: ClaimKind; count: number }>;
  /** Paths by their most surprising step, in classes of bits. */
  surprise: number[];
}

const newNorms = (): PathNorms => ({
  epoch: 0,
  paths: 0,
  judged: 0,
  diverged: { missing: 0, foreign: 0 },
  lawful: { missing: 0, foreign: 0 },
  keys: {},
  surprise: new Array<number>(CLASSES).fill(0),
});

export const normsOf = (slots: Slots, workflow: string): PathNorms =>
  slots.get<PathNorms>(`w/${workflow}`) ?? newNorms();

export const saveNorms = (slots: Slots, workflow: string, norms: PathNorms): void => slots.put(`w/${workflow}`, norms);

const classOf = (bits: number): number => Math.min(CLASSES - 1, Math.floor(bits / CLASS_BITS));

/**
 * Share of the agent's paths whose most surprising step surprised as much or more, by ranks: that of a path like all others is
 * uniform, whatever the agent.
 */
export function surpriseRank({ surprise }: PathNorms, bits: number): number {
  const own = classOf(bits);
  let more = 0;
  let all = 0;
  for (const [at, count] of surprise.entries()) {
    all += count;
    if (at >= own) more += count;
  }
  return (more + 1) / (all + 1);
}

/** What there is to learn of a path that ended well. */
export interface LearnedPath {
  bits: number;
  isJudged: boolean;
  divergence: { type: DivergenceType; key: string } | null;
  /** Every step with the one before it. */
  transitions: ReadonlySet<string>;
}

/**
 * A path ended well: what is normal now. A divergence that came so often is none.
 *
 * @param times -1 takes back what was counted
 */
export function learnNorms(norms: PathNorms, path: LearnedPath, knownFrom: number, times: 1 | -1): void {
  const { bits, isJudged, divergence, transitions } = path;
  norms.paths = Math.max(0, norms.paths + times);
  const at = classOf(bits);
  norms.surprise[at] = Math.max(0, (norms.surprise[at] ?? 0) + times);
  if (isJudged) norms.judged = Math.max(0, norms.judged + times);
  if (divergence) {
    const kind = kindOf(divergence.type);
    norms.diverged[kind] = Math.max(0, norms.diverged[kind] + times);
    norms.keys[divergence.key] ??= { kind, count: 0 };
  }
  for (const [key, one] of Object.entries(norms.keys)) {
    if (!transitions.has(key)) continue;
    one.count += times;
    if (one.count === knownFrom) norms.lawful[one.kind] += one.count;
    if (one.count >= knownFrom || one.count <= 0) delete norms.keys[key];
  }
  for (const key of Object.keys(norms.keys).slice(0, -MAX_KEYS)) delete norms.keys[key];
  if (norms.paths >= HALVE_AFTER) halve(norms);
}

function halve(norms: PathNorms): void {
  norms.epoch++;
  norms.paths /= 2;
  norms.judged /= 2;
  for (const kind of ['missing', 'foreign'] as const) {
    norms.diverged[kind] /= 2;
    norms.lawful[kind] /= 2;
  }
  norms.surprise = norms.surprise.map((count) => count / 2);
}

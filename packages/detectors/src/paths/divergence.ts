import { evidenceFor, isEstablished } from '../statistics/sequential-test.ts';
import { END, INFERENCE, type PathEvent, symbolOf, transitionAt } from './path-events.ts';
import { type Context, MAX_ORDER, type PathModel } from './path-model.ts';

/** When a step counts as one that hardly ever comes. */
export interface DivergenceSettings {
  /** Share of a step that hardly ever comes, against one that comes now and then. */
  readonly rareShare: number;
  readonly usualShare: number;
  /** Probability of calling a step rare that comes now and then. */
  readonly error: number;
  /** Occurrences in the memory from which on a step is known. */
  readonly knownFrom: number;
}

export type DivergenceType = 'skipped_step' | 'replaced_step' | 'wrong_order' | 'ended_early' | 'foreign_step';

/** The first step of a path that does not belong there. */
export interface Divergence {
  type: DivergenceType;
  /** Where among the events; that of the last one for an end. */
  index: number;
  /** What came, after what: the same for the same divergence of another run. */
  key: string;
  /** What usually comes there, most frequent first, at most 3. */
  expected: { point: string; share: number }[];
  seen: string;
  /** The event before; empty at the start. */
  before: string;
  /** Times that the place was seen, and that this step came there. */
  observed: number;
  times: number;
}

/** A path beside the model of its agent. */
export interface Reading {
  divergence: Divergence | null;
  /** The most surprising step: bits, and its index among the events. */
  bits: number;
  worst: number;
  /** Steps at places that are known well enough. */
  judged: number;
}

/** What a step that usually comes at a place has to have, at least, of what came there. */
const LEAST_SHARE = 0.05;
/** Of what comes at a place, at least so much leads to the step: then what leads there was skipped. */
const SKIPPED_SHARE = 0.5;
/** Steps that may be skipped at once, and after which one of them may still come for the order to be wrong. */
const MOST_SKIPPED = 3;
/** Times that a context was seen before what comes after it is relied on to tell what was skipped. */
const LEAST_SEEN = 20;

/**
 * Judges each step of a path by the longest context that is known well enough; by Wald's test, a step that never came there must be rare
 * rather than occasional.
 *
 * @param isDone the path has ended with these events: its end is judged, too
 */
export function readPath(
  events: readonly PathEvent[],
  isDone: boolean,
  model: PathModel,
  settings: DivergenceSettings,
): Reading {
  const reading: Reading = { divergence: null, bits: 0, worst: 0, judged: 0 };
  const symbols: string[] = [];
  for (let at = 0; at < events.length + (isDone ? 1 : 0); at++) {
    const event = events[at];
    const point = event?.point ?? END;
    const bits = model.bits(symbols, point);
    if (bits > reading.bits) {
      reading.bits = bits;
      reading.worst = Math.min(at, events.length - 1);
    }
    const context = placeOf(symbols, model, settings);
    if (context) reading.judged++;
    if (!reading.divergence) {
      const type = typeAt(events, at, isDone, symbols, context, model, settings);
      const place = type === 'foreign_step' ? model.after(symbols, 1) : context;
      if (type) reading.divergence = divergenceAt(events, at, type, place);
    }
    if (event) symbols.push(symbolOf(event));
  }
  return reading;
}

/** In which way a step does not belong where it came; undefined where it does, or nothing can be said. */
function typeAt(
  events: readonly PathEvent[],
  at: number,
  isDone: boolean,
  symbols: readonly string[],
  context: Context | undefined,
  model: PathModel,
  settings: DivergenceSettings,
): DivergenceType | undefined {
  const point = events[at]?.point ?? END;
  if (context && isRareAfter(symbols, point, model, settings)) {
    const skipped = skips(symbols, point, context, model, settings);
    if (skipped) return formOf(events, at, isDone, skipped);
    // It came, and then what comes after the step that was due.
    const then = events[at + 1]?.point ?? (isDone ? END : undefined);
    const isInstead =
      point !== END && point !== INFERENCE && then !== undefined && isRareAfter(symbols, then, model, settings);
    if (isInstead && skips(symbols, then, context, model, settings)) return 'replaced_step';
  }
  return isForeign(point, model, settings) ? 'foreign_step' : undefined;
}

/** The longest context that was seen so often that a step which never came there is rare. */
function placeOf(symbols: readonly string[], model: PathModel, settings: DivergenceSettings): Context | undefined {
  for (let order = MAX_ORDER; order > 0; order--) {
    const context = model.after(symbols, order);
    if (context && isKnown(0, context.total, settings)) return context;
  }
  return undefined;
}

const isKnown = (times: number, trials: number, { rareShare, usualShare, error }: DivergenceSettings): boolean =>
  isEstablished(evidenceFor({ share: rareShare, otherwise: usualShare }, times, trials), error);

/** In every context that is known well enough: what a shorter one has seen now and then is no surprise in a longer one that was seen less. */
function isRareAfter(
  symbols: readonly string[],
  point: string,
  model: PathModel,
  settings: DivergenceSettings,
): boolean {
  for (let order = 1; order <= MAX_ORDER; order++) {
    const context = model.after(symbols, order);
    if (!context || !isKnown(0, context.total, settings)) break;
    const times = context.next[point] ?? 0;
    if (times >= settings.knownFrom || !isKnown(times, context.total, settings)) return false;
  }
  return true;
}

/** Nothing that this agent does, by so many paths that one in a few would have shown it. */
function isForeign(point: string, model: PathModel, settings: DivergenceSettings): boolean {
  const all = model.after([], 0);
  return point !== END && all !== undefined && !all.next[point] && isKnown(0, all.next[END] ?? 0, settings);
}

/** What the step skips of what comes at the place, if that is nearly everything: the most frequent of it. */
function skips(
  symbols: readonly string[],
  point: string,
  context: Context,
  model: PathModel,
  { knownFrom, rareShare }: DivergenceSettings,
): string | undefined {
  let skipped = 0;
  let most: string | undefined;
  for (const [usual, count] of Object.entries(context.next)) {
    if (usual === END || count < LEAST_SHARE * context.total) continue;
    // What was done before need not be done again.
    if (symbols.includes(usual)) continue;
    if (!comesAfter([...symbols, usual], point, model, 1)) continue;
    if (isOptional(symbols, usual, context, model, Math.max(knownFrom, 2 * rareShare * context.total))) continue;
    skipped += count;
    if (most === undefined || count > (context.next[most] ?? 0)) most = usual;
  }
  return skipped >= SKIPPED_SHARE * context.total ? most : undefined;
}

/** Other steps that come after this one are known to come here without it, too: two lawful omissions may come together. */
function isOptional(
  symbols: readonly string[],
  usual: string,
  { next }: Context,
  model: PathModel,
  least: number,
): boolean {
  return Object.entries(next).some(
    ([other, count]) =>
      other !== usual && count >= least && comesAfter([...symbols, usual], other, model, MOST_SKIPPED),
  );
}

/** The step usually comes after these, at once or behind others that usually do. */
function comesAfter(symbols: readonly string[], point: string, model: PathModel, depth: number): boolean {
  for (let order = MAX_ORDER; order > 0; order--) {
    const context = model.after(symbols, order);
    if (!context || context.total < LEAST_SEEN) continue;
    if ((context.next[point] ?? 0) >= LEAST_SHARE * context.total) return true;
    if (depth === MOST_SKIPPED) return false;
    const [next] = usualAt(context);
    return next !== undefined && next.point !== END && comesAfter([...symbols, next.point], point, model, depth + 1);
  }
  return false;
}

function formOf(events: readonly PathEvent[], at: number, isDone: boolean, skipped: string): DivergenceType {
  const after = events.slice(at + 1, at + 1 + MOST_SKIPPED);
  if (after.some(({ point }) => point === skipped)) return 'wrong_order';
  const isLast = at >= events.length || (isDone && at === events.length - 1 && events[at]?.point === INFERENCE);
  return isLast ? 'ended_early' : 'skipped_step';
}

const usualAt = ({ next, total }: Context): { point: string; share: number }[] =>
  Object.entries(next)
    .map(([point, count]) => ({ point, share: Math.round((1_000 * count) / total) / 1_000 }))
    .sort((a, b) => b.share - a.share || (a.point < b.point ? -1 : 1));

function divergenceAt(
  events: readonly PathEvent[],
  at: number,
  type: DivergenceType,
  context: Context | undefined,
): Divergence {
  const seen = events[at]?.point ?? END;
  const before = events[at - 1];
  return {
    type,
    index: Math.min(at, events.length - 1),
    key: transitionAt(events, at),
    expected: context ? usualAt(context).slice(0, 3) : [],
    seen,
    before: before?.point ?? '',
    observed: Math.round(context?.total ?? 0),
    times: Math.round(context?.next[seen] ?? 0),
  };
}

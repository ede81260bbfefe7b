import type { Slots } from '../slots.ts';
import { END, START, symbolOf } from './path-events.ts';

/** Events before a step that its probability is conditioned on, at most. */
export const MAX_ORDER = 3;
/** Contexts of an agent; those that were seen least are forgotten first. */
export const MAX_CONTEXTS = 1_500;
/** Different steps that are counted one by one after one context. */
const MAX_NEXT = 128;
/** Less of a count than this is forgotten. */
const LEAST_COUNT = 0.3;

/** How often what came after a context: slot `c/<workflow>\n<context>`. */
export interface Context {
  /** Halvings that its counts have been through. */
  epoch: number;
  total: number;
  next: Record<string, number>;
}

const SLOT = 'c/';

/**
 * A variable-order Markov model of the paths of one agent in one workflow (Begleiter, El-Yaniv, Yona, On prediction using variable
 * order Markov models, JAIR 22, 2004): counts of what came after the last 0 to `MAX_ORDER` events. Forgets slowly: all counts are
 * halved at times, each when it is needed next.
 */
export class PathModel {
  readonly #slots: Slots;
  readonly #prefix: string;
  readonly #epoch: number;

  /** @param epoch halvings so far */
  constructor(slots: Slots, workflow: string, epoch: number) {
    this.#slots = slots;
    this.#prefix = `${SLOT}${workflow}\n`;
    this.#epoch = epoch;
  }

  /** What came after the last `order` of these events; undefined where the context was never seen. */
  after(symbols: readonly string[], order: number): Readonly<Context> | undefined {
    if (order > symbols.length + 1) return undefined;
    return this.#read(this.#nameOf(symbols, order));
  }

  /**
   * Counts a path. Returns how many contexts are new.
   *
   * @param times 1; -1 takes a path back
   */
  learn(path: readonly { point: string; failed: boolean }[], times: 1 | -1): number {
    const symbols: string[] = [];
    let made = 0;
    for (let at = 0; at <= path.length; at++) {
      const event = path[at];
      const point = event?.point ?? END;
      for (let order = 0; order <= Math.min(MAX_ORDER, at + 1); order++) {
        if (this.#count(this.#nameOf(symbols, order), point, times)) made++;
      }
      if (event) symbols.push(symbolOf(event));
    }
    return made;
  }

  /**
   * Information content of a step, bits: by the counts of all orders, each interpolated with the next lower one (Witten and
   * Bell, The zero-frequency problem, IEEE Trans. Inf. Theory 37, 1991).
   */
  bits(symbols: readonly string[], point: string): number {
    let share = 1 / (1 + Object.keys(this.after(symbols, 0)?.next ?? {}).length);
    for (let order = 0; order <= Math.min(MAX_ORDER, symbols.length + 1); order++) {
      const context = this.after(symbols, order);
      if (!context) break;
      const kinds = Object.keys(context.next).length;
      share = ((context.next[point] ?? 0) + kinds * share) / (context.total + kinds);
    }
    return -Math.log2(share);
  }

  #nameOf(symbols: readonly string[], order: number): string {
    if (order === 0) return this.#prefix;
    const last = order > symbols.length ? [START, ...symbols] : symbols.slice(-order);
    return `${this.#prefix}${last.join('\n')}`;
  }

  #read(slot: string): Context | undefined {
    const context = this.#slots.get<Context>(slot);
    return context && context.epoch < this.#epoch ? halved(context, this.#epoch) : context;
  }

  /** Returns whether the context is new. */
  #count(slot: string, point: string, times: 1 | -1): boolean {
    const known = this.#read(slot);
    if (!known && times < 0) return false;
    const context = known ?? { epoch: this.#epoch, total: 0, next: {} };
    const before = context.next[point] ?? 0;
    const count = Math.max(0, before + times);
    if (count < LEAST_COUNT) delete context.next[point];
    else if (before > 0 || Object.keys(context.next).length < MAX_NEXT) context.next[point] = count;
    context.total = Math.max(0, context.total + times);
    this.#slots.put(slot, context);
    return !known;
  }
}

/** A context as it is by now; what it was when it was counted last stays as it is until it is counted again. */
function halved({ epoch, total, next }: Context, now: number): Context {
  const share = 0.5 ** (now - epoch);
  const left = Object.entries(next)
    .map(([point, count]) => [point, count * share] as const)
    .filter(([, count]) => count >= LEAST_COUNT);
  return { epoch: now, total: total * share, next: Object.fromEntries(left) };
}

/** Forgets a quarter of all contexts, those that were seen least. Returns how many are left. */
export function forgetContexts(slots: Slots): number {
  const all: [slot: string, weight: number][] = [];
  for (const slot of slots.keys()) {
    const context = slot.startsWith(SLOT) ? slots.get<Context>(slot) : undefined;
    // by what they weigh in the youngest epoch that any of them can be in
    if (context) all.push([slot, Math.log2(context.total + LEAST_COUNT) + context.epoch]);
  }
  all.sort(([slotOfA, a], [slotOfB, b]) => a - b || (slotOfA < slotOfB ? -1 : 1));
  const gone = all.slice(0, Math.ceil(all.length / 4));
  for (const [slot] of gone) slots.delete(slot);
  return all.length - gone.length;
}

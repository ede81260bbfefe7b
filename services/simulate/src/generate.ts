import { conventions } from './convention/conventions.ts';
import { injectors } from './injector/injectors.ts';
import { negatives } from './negative/negatives.ts';
import { Random } from './random.ts';
import type { SimulatedRun } from './run.ts';
import { scenarios } from './scenario/scenarios.ts';
import { simulateSession, type Wish } from './session.ts';

/** What the fleet is made of. */
export interface FleetMix {
  readonly seed: number;
  /** Share of runs into which a fault is put once each kind has been seen; default 0.3 */
  readonly faultShare?: number;
  /** Share of runs that are hard negatives; default 0.2 */
  readonly negativeShare?: number;
  /** Kinds of faults; default all */
  readonly faults?: readonly string[];
  /** Conventions in which spans are written; default all */
  readonly conventions?: readonly string[];
}

const DEFAULT_FAULT_SHARE = 0.3;
const DEFAULT_NEGATIVE_SHARE = 0.2;
const MOST_RUNS = 3;
/** Every fault comes this often, in turn, before chance decides. */
const FIRST_ROUNDS = 2;

/** Draws sessions one after the other: the n-th of a seed is always the same, but for its times. */
export class SessionSource {
  readonly #seed: number;
  readonly #faultShare: number;
  readonly #negativeShare: number;
  readonly #injectors: typeof injectors;
  readonly #conventions: typeof conventions;

  /** @throws RangeError that says which name or share is wrong */
  constructor(mix: FleetMix) {
    this.#seed = mix.seed;
    this.#faultShare = share('faultShare', mix.faultShare ?? DEFAULT_FAULT_SHARE);
    this.#negativeShare = share('negativeShare', mix.negativeShare ?? DEFAULT_NEGATIVE_SHARE);
    if (this.#faultShare + this.#negativeShare > 1)
      throw new RangeError('faultShare and negativeShare exceed 1 together');
    this.#injectors = chosen('fault', mix.faults, injectors, ({ fault }) => fault);
    this.#conventions = chosen('convention', mix.conventions, conventions, ({ name }) => name);
  }

  /** @param startMs true time at which the first run starts, milliseconds since the epoch */
  session(index: number, startMs: number): SimulatedRun[] {
    const random = new Random(`${this.#seed} session ${index}`);
    const wishes = this.#wishes(index, random);
    const convention = random.pick(this.#conventions);
    return simulateSession({ startMs, scenarios, convention, wishes }, random);
  }

  #wishes(index: number, random: Random): Wish[] {
    const count = random.integer(1, MOST_RUNS);
    const wishes = Array.from({ length: count }, () => this.#wish(random));
    const isEarly = this.#faultShare > 0 && index < FIRST_ROUNDS * this.#injectors.length;
    const injector = this.#injectors[index % this.#injectors.length];
    return isEarly && injector ? [{ injector }] : wishes;
  }

  #wish(random: Random): Wish {
    const drawn = random.unit();
    if (drawn < this.#faultShare) return { injector: random.pick(this.#injectors) };
    if (drawn < this.#faultShare + this.#negativeShare) return { negative: random.pick(negatives) };
    return {};
  }
}

export interface GenerateOptions extends FleetMix {
  /** How many runs */
  readonly count: number;
  /** Start of the first session, milliseconds since the epoch; default 2026-01-01 */
  readonly startMs?: number;
  /** Time from one session's start to the next's; default 250 ms */
  readonly sessionEveryMs?: number;
}

const DEFAULT_START_MS = Date.UTC(2026, 0, 1);

/**
 * Runs without sending them, session by session: a function of its options alone.
 *
 * @throws RangeError for a fault, convention or share that cannot be
 */
export function* generateRuns(options: GenerateOptions): Generator<SimulatedRun, void, undefined> {
  const { count, startMs = DEFAULT_START_MS, sessionEveryMs = 250 } = options;
  const source = new SessionSource(options);
  let left = count;
  for (let index = 0; left > 0; index += 1) {
    const runs = source.session(index, startMs + index * sessionEveryMs).slice(0, left);
    yield* runs;
    left -= runs.length;
  }
}

function share(name: string, value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw new RangeError(`${name} must be between 0 and 1, got ${value}`);
}

function chosen<T>(what: string, names: readonly string[] | undefined, all: readonly T[], nameOf: (item: T) => string) {
  if (names === undefined || names.length === 0) return all;
  return names.map((name) => {
    const item = all.find((each) => nameOf(each) === name);
    if (item) return item;
    throw new RangeError(`there is no ${what} '${name}'; there are: ${all.map(nameOf).join(', ')}`);
  });
}

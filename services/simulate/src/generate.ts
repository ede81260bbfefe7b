import { conventions } from './convention/conventions.ts';
import { injectors } from './injector/injectors.ts';
import { type Preset, presetOf } from './preset.ts';
import { Random } from './random.ts';
import type { SimulatedRun } from './run.ts';
import { simulateSession, type Wish } from './session.ts';
import { strengthFor } from './strength.ts';

/** What the fleet is made of. */
export interface FleetMix {
  /** From 100 on, faults have other strengths than below: detectors are developed on the seeds below. */
  readonly seed: number;
  /** What else is not said: `small` (default), `fleet`, `weeks` or `storm` */
  readonly preset?: string;
  /** Share of runs into which a fault is put once each kind has been seen; default the preset's */
  readonly faultShare?: number;
  /** Share of runs that are hard negatives; default the preset's */
  readonly negativeShare?: number;
  /** Sessions at the start without any fault; default the preset's */
  readonly faultlessSessions?: number;
  /** Kinds of faults; default the preset's */
  readonly faults?: readonly string[];
  /** Conventions in which spans are written; default all */
  readonly conventions?: readonly string[];
}

const DAY_MS = 86_400_000;

/** Draws sessions one after the other: the n-th of a seed is always the same, but for its times. */
export class SessionSource {
  readonly #seed: number;
  readonly #preset: Preset;
  readonly #faultShare: number;
  readonly #negativeShare: number;
  readonly #faultlessSessions: number;
  readonly #injectors: typeof injectors;
  readonly #conventions: typeof conventions;

  /** @throws RangeError that says which name or share is wrong */
  constructor(mix: FleetMix) {
    this.#seed = mix.seed;
    this.#preset = presetOf(mix.preset ?? 'small');
    this.#faultShare = share('faultShare', mix.faultShare ?? this.#preset.faultShare);
    this.#negativeShare = share('negativeShare', mix.negativeShare ?? this.#preset.negativeShare);
    if (this.#faultShare + this.#negativeShare > 1)
      throw new RangeError('faultShare and negativeShare exceed 1 together');
    this.#faultlessSessions = mix.faultlessSessions ?? this.#preset.faultlessSessions;
    this.#injectors = chosen('fault', mix.faults ?? this.#preset.faults, injectors, ({ fault }) => fault);
    this.#conventions = chosen('convention', mix.conventions, conventions, ({ name }) => name);
  }

  /** @param startMs true time at which the first run starts, milliseconds since the epoch */
  session(index: number, startMs: number): SimulatedRun[] {
    const random = new Random(`${this.#seed} session ${index}`);
    const wishes = this.#wishes(index, random);
    // Of a fork, so that a fleet of one convention does the same as one of all.
    const convention = random.fork('convention').pick(this.#conventions);
    const day = index / this.#preset.sessionsPerDay;
    return simulateSession({ startMs, day, preset: this.#preset, convention, wishes }, random);
  }

  #wishes(index: number, random: Random): Wish[] {
    const count = random.pick(this.#preset.runs);
    const wishes = Array.from({ length: count }, () => this.#wish(index, random));
    const isEarly = this.#faultShare > 0 && index < this.#preset.firstRounds * this.#injectors.length;
    const injector = this.#injectors[index % this.#injectors.length];
    return isEarly && injector ? [{ injectors: [injector], strength: strengthFor(this.#seed, random) }] : wishes;
  }

  #wish(index: number, random: Random): Wish {
    const strength = strengthFor(this.#seed, random);
    const drawn = random.unit();
    if (drawn < this.#faultShare) {
      const two = random.chance(this.#preset.secondFaultShare) ? 2 : 1;
      const drawn = random.sample(this.#injectors, two);
      const injectors = drawn.some(endsRun)
        ? drawn.slice(0, 1)
        : drawn.toSorted((a, b) => Number(needsRequests(a)) - Number(needsRequests(b)));
      return index < this.#faultlessSessions ? { strength } : { injectors, strength };
    }
    if (drawn < this.#faultShare + this.#negativeShare)
      return { negative: random.pick(this.#preset.negatives), strength };
    return { strength };
  }
}

/** Comes last: another fault may take away the requests that show it. */
const needsRequests = ({ fault }: (typeof injectors)[number]): boolean => fault === 'clock_skew';

/** Comes alone: what is behind the end is never seen. */
const endsRun = ({ fault }: (typeof injectors)[number]): boolean => fault === 'abandoned_session';

export interface GenerateOptions extends FleetMix {
  /** How many runs */
  readonly count: number;
  /** Start of the first session, milliseconds since the epoch; default 2026-01-01 */
  readonly startMs?: number;
  /** Time from one session's start to the next's; default the preset's, 250 ms for `small` */
  readonly sessionEveryMs?: number;
}

const DEFAULT_START_MS = Date.UTC(2026, 0, 1);

/**
 * Runs without sending them, session by session: a function of its options alone.
 *
 * @throws RangeError for a fault, convention or share that cannot be
 */
export function* generateRuns(options: GenerateOptions): Generator<SimulatedRun, void, undefined> {
  const { count, startMs = DEFAULT_START_MS } = options;
  const sessionEveryMs = options.sessionEveryMs ?? DAY_MS / presetOf(options.preset ?? 'small').sessionsPerDay;
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

import type { SessionObserved } from '@spanwise/schemas';
import { hash64 } from '../identity-hash.ts';
import type { Slots } from '../slots.ts';
import { nameOf } from './observed-session.ts';

/** Sessions that are kept of those that failed, and of those that ended well. */
export const MAX_FAILURES = 400;
export const MAX_SUCCESSES = 600;
/** Attribute values, steps, and releases in environments that are told apart, in all. */
export const MAX_NAMES = 512;
const MAX_ATTRIBUTES = 16;
const MAX_STEPS = 24;

/** A session that is half as old counts as if it were drawn from half as many. */
const HALF_LIFE_DAYS = 14;
const DAY_US = 86_400e6;
/** Hex digits of an id that make a number between 0 and 1. */
const DIGITS = 12;

/** A session as it is kept: numbers stand for names. */
interface Kept {
  /** The smaller the longer it is kept. */
  rank: number;
  /** Release in an environment. */
  stratum: number;
  /** Since the epoch. */
  day: number;
  /** `name=value` */
  attributes: number[];
  steps: number[];
  /** Steps where it went wrong. */
  causes: number[];
}

/** A session that was drawn, with names. */
export interface SampledSession {
  stratum: number;
  day: number;
  attributes: readonly number[];
  steps: readonly number[];
  causes: readonly number[];
}

/** What of a slot's name says which sessions it holds. */
const [FAILED, GOOD, NAME] = ['f/', 'g/', 'n/'];

/**
 * A sample of an agent's sessions, those that failed and those that ended well apart: both drawn by a hash of the session's id, so that it
 * depends neither on order nor on chance, with an age that counts the same in both: forward decay (G. Cormode et al., Forward decay: a
 * practical time decay model for streaming systems, ICDE 2009), the half-life two weeks. What hours or weekdays sessions came at is therefore
 * alike in both, though far more end well. A revised verdict moves a session from one to the other.
 *
 * Slots `f/<id>` and `g/<id>` hold the sessions, `n/<number>` the names that their numbers stand for.
 */
export class SessionSample {
  readonly #slots: Slots;
  readonly #failed = new Map<string, Kept>();
  readonly #good = new Map<string, Kept>();
  readonly #names: (string | undefined)[] = [];
  readonly #numbers = new Map<string, number>();

  private constructor(slots: Slots) {
    this.#slots = slots;
    for (const slot of slots.keys()) {
      if (slot.startsWith(FAILED)) this.#failed.set(slot.slice(2), slots.get<Kept>(slot) as Kept);
      else if (slot.startsWith(GOOD)) this.#good.set(slot.slice(2), slots.get<Kept>(slot) as Kept);
      else if (slot.startsWith(NAME)) this.#number(slots.get<string>(slot) as string, Number(slot.slice(2)));
    }
  }

  /** The sample in these slots. */
  static of(slots: Slots): SessionSample {
    if (!(slots.derived instanceof SessionSample)) slots.derived = new SessionSample(slots);
    return slots.derived as SessionSample;
  }

  /** Draws a session, or moves it when its verdict was revised. */
  add(session: SessionObserved, isGood: boolean): void {
    const id = hash64(session.sessionId);
    const kept = this.#remove(id) ?? this.#kept(session, id);
    const [sessions, prefix, most] = isGood ? [this.#good, GOOD, MAX_SUCCESSES] : [this.#failed, FAILED, MAX_FAILURES];
    sessions.set(id, kept);
    this.#slots.put(prefix + id, kept);
    if (sessions.size <= most) return;
    let last = id;
    for (const [other, { rank }] of sessions) {
      const lasting = (sessions.get(last) as Kept).rank;
      if (rank > lasting || (rank === lasting && other > last)) last = other;
    }
    sessions.delete(last);
    this.#slots.delete(prefix + last);
  }

  get failed(): readonly SampledSession[] {
    return inOrder(this.#failed);
  }

  get good(): readonly SampledSession[] {
    return inOrder(this.#good);
  }

  nameOf(number: number): string {
    return this.#names[number] ?? '';
  }

  /** Undefined for a name that no session has. */
  numberOf(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  /** Forgets names that no session has any more. */
  forgetNames(): void {
    const used = new Set<number>();
    for (const sessions of [this.#failed, this.#good]) {
      for (const { stratum, attributes, steps, causes } of sessions.values()) {
        for (const number of [stratum, ...attributes, ...steps, ...causes]) used.add(number);
      }
    }
    for (const [name, number] of [...this.#numbers]) {
      if (used.has(number)) continue;
      this.#numbers.delete(name);
      this.#names[number] = undefined;
      this.#slots.delete(NAME + number);
    }
  }

  #remove(id: string): Kept | undefined {
    const kept = this.#failed.get(id) ?? this.#good.get(id);
    if (this.#failed.delete(id)) this.#slots.delete(FAILED + id);
    if (this.#good.delete(id)) this.#slots.delete(GOOD + id);
    return kept;
  }

  #kept(session: SessionObserved, id: string): Kept {
    const drawn = (Number.parseInt(id.slice(0, DIGITS), 16) + 0.5) / 16 ** DIGITS;
    const numbersOf = (names: readonly string[], most: number) => [
      ...new Set(names.slice(0, most).flatMap((name) => this.#numbered(name) ?? [])),
    ];
    const { points } = session;
    return {
      rank: Number(
        (Math.log(-Math.log(drawn)) - (Math.LN2 / HALF_LIFE_DAYS) * (session.startTime / DAY_US)).toFixed(6),
      ),
      stratum: this.#numbered(`${session.environment}/${session.release}`) ?? -1,
      day: Math.floor(session.startTime / DAY_US),
      attributes: numbersOf(
        session.attributes.map(({ name, value }) => `${name}=${value}`),
        MAX_ATTRIBUTES,
      ),
      steps: numbersOf(
        points.map(({ step }) => step),
        MAX_STEPS,
      ),
      causes: numbersOf(
        points.filter(({ isCause }) => isCause).map(({ step }) => step),
        MAX_STEPS,
      ),
    };
  }

  /** Undefined while there are too many names: then this one is not told apart. */
  #numbered(text: string): number | undefined {
    const name = nameOf(text);
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    if (this.#numbers.size >= MAX_NAMES) return undefined;
    const free = this.#names.indexOf(undefined);
    const number = free < 0 ? this.#names.length : free;
    this.#number(name, number);
    this.#slots.put(NAME + number, name);
    return number;
  }

  #number(name: string, number: number): void {
    while (this.#names.length <= number) this.#names.push(undefined);
    this.#names[number] = name;
    this.#numbers.set(name, number);
  }
}

/** The order of ids, which is that of no time: sessions read the same after a restart. */
const inOrder = (sessions: ReadonlyMap<string, Kept>): Kept[] =>
  [...sessions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, kept]) => kept);

import type { SessionJudge, Slots } from '@spanwise/detectors';
import type { Run, Session, Signal } from '@spanwise/schemas';
import { type Processor, type ProcessorContext, StateLoad } from '@spanwise/stream';
import type { CorrelateMetrics } from './metrics.ts';

export interface SessionLifetimes {
  /** Log time in ms without an ended run after which a conversation is judged finally. */
  sessionGapMs: number;
  /** Log time in ms for which a finally judged conversation can still go on in an empty partition; the fuller it is, the shorter. */
  sessionRetentionMs: number;
  /** Conversations of one partition above which one is judged finally after `crowdedGapMs`, and forgotten. */
  maxSessions: number;
  /** Bytes of state of one partition above which the same holds. */
  maxStateBytes: number;
}

/** Log time in ms without an ended run after which a conversation is judged finally while there are more than `maxSessions`, or they take too much. */
export const crowdedGapMs = 60_000;

/** Characters of a tenant or a session's id at most, as `ingest` cuts them and `detect` lets them pass. */
const LONGEST_ID = 256;

/** Timers of a conversation. */
const GAP = 'gap';
const FORGET = 'forget';
/** Slot that says that the conversation was counted as final. */
const COUNTED = 'counted';

interface FinalSession {
  readonly session: Session;
  /** Before its gap, for want of room */
  readonly isEarly: boolean;
}

/** The key of a conversation; also the Kafka key of what is said about it. */
export function sessionKey(signal: { tenant: string; key: string }): string {
  return `${signal.tenant}/session/${signal.key}`;
}

/** Judges the conversations of one partition: provisionally at every run that ended, finally after the gap. */
export class SessionProcessor implements Processor<Signal> {
  readonly #judge: SessionJudge;
  readonly #lifetimes: SessionLifetimes;
  readonly #metrics: CorrelateMetrics;
  readonly #load: StateLoad;
  readonly #open = new Map<string, Slots>();
  /** Counted once the transaction has committed; `#uncounted` until they are sure to be part of it. */
  #countable: FinalSession[] = [];
  #uncounted: FinalSession[] = [];

  constructor(judge: SessionJudge, lifetimes: SessionLifetimes, metrics: CorrelateMetrics) {
    this.#judge = judge;
    this.#lifetimes = lifetimes;
    this.#metrics = metrics;
    this.#load = new StateLoad(lifetimes.maxSessions, lifetimes.maxStateBytes);
  }

  process(signal: Signal, context: ProcessorContext): void {
    // thrown, it becomes a dead letter: a later version of this service can take it up
    if (signal.keyKind !== 'session') throw new TypeError(`nothing judges signals of key kind ${signal.keyKind}`);
    const { tenant, key } = signal;
    if (tenant.length > LONGEST_ID || key.length > LONGEST_ID) {
      throw new RangeError(
        `tenant or session id of ${tenant.length + key.length} characters, at most ${LONGEST_ID} each`,
      );
    }
    this.#onRun(sessionKey(signal), signal.body.run, context);
  }

  punctuate(key: string, timer: string, context: ProcessorContext): void {
    if (key === StateLoad.KEY) {
      this.#load.weigh(context);
      return;
    }
    if (timer === FORGET) {
      this.#forget(key, context);
      return;
    }
    const slots = this.#slots(key, context);
    const session = this.#judge.onGap(slots, context.dueTime);
    if (!session) return;
    this.#emit(session, context);
    if (!slots.get(COUNTED)) {
      slots.put(COUNTED, true);
      this.#uncounted.push({ session, isEarly: this.#load.isTooMuch(context) });
    }
    if (this.#load.isTooMuch(context)) {
      this.#forget(key, context);
      return;
    }
    this.#judge.compact(slots);
    this.#open.delete(key);
    const free = 1 - this.#load.share(context);
    context.schedule(key, FORGET, context.dueTime + Math.round(free * this.#lifetimes.sessionRetentionMs));
  }

  beforeCommit(): void {
    this.#countable.push(...this.#uncounted);
    this.#uncounted = [];
  }

  afterCommit(): void {
    const sessions = this.#countable;
    this.#countable = [];
    for (const { session, isEarly } of sessions) this.#metrics.sessionFinal(session, isEarly);
  }

  #onRun(key: string, run: Run, context: ProcessorContext): void {
    const session = this.#judge.onRun(this.#slots(key, context), run, context.dueTime);
    if (!session) return;
    this.#emit(session, context);
    context.cancel(key, FORGET);
    context.schedule(key, GAP, context.dueTime + this.#gapMs(context));
    this.#load.watch(context);
  }

  #forget(key: string, context: ProcessorContext): void {
    context.store.delete(key);
    this.#open.delete(key);
  }

  #gapMs(context: ProcessorContext): number {
    const { sessionGapMs } = this.#lifetimes;
    return this.#load.isTooMuch(context) ? Math.min(sessionGapMs, crowdedGapMs) : sessionGapMs;
  }

  #emit(session: Session, context: ProcessorContext): void {
    context.forward('sessions', `${session.tenant}/${session.sessionId}`, session);
  }

  #slots(key: string, context: ProcessorContext): Slots {
    let slots = this.#open.get(key);
    if (!slots) {
      slots = context.store.slotsOf(key);
      this.#open.set(key, slots);
    }
    return slots;
  }
}

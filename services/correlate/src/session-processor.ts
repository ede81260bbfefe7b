import { type LearnedWeights, learnedIn, MODEL_KEY, type SessionJudge, type Slots } from '@spanwise/detectors';
import type { Belonging, Finding, Outcome, Run, RunFeatures, Session, Signal } from '@spanwise/schemas';
import type { ProcessorContext, StateLoad } from '@spanwise/stream';
import type { CorrelateMetrics } from './metrics.ts';
import { LONGEST_ID, type SignalProcessor, type SignalSender, signalKey } from './signals.ts';

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

/** Timers of a conversation. */
const GAP = 'gap';
const FORGET = 'forget';
/** Slot that says that the conversation was counted as final. */
const COUNTED = 'counted';
/** Slot, at the key of a run, of the conversation that it belongs to. */
const BELONGS = 'belongs';

/** Of a conversation's key. A tenant has no slash. */
const tenantOf = (key: string): string => key.slice(0, key.indexOf('/'));

interface FinalSession {
  readonly session: Session;
  /** Before its gap, for want of room */
  readonly isEarly: boolean;
}

/** Judges the conversations of one partition: provisionally at every run that ended, finally after the gap. */
export class SessionProcessor implements SignalProcessor {
  readonly #judge: SessionJudge;
  readonly #lifetimes: SessionLifetimes;
  readonly #metrics: CorrelateMetrics;
  readonly #load: StateLoad;
  readonly #sender: SignalSender;
  readonly #open = new Map<string, Slots>();
  /** Counted once the transaction has committed; `#uncounted` until they are sure to be part of it. */
  #countable: FinalSession[] = [];
  #uncounted: FinalSession[] = [];

  constructor(
    judge: SessionJudge,
    lifetimes: SessionLifetimes,
    metrics: CorrelateMetrics,
    load: StateLoad,
    sender: SignalSender,
  ) {
    this.#judge = judge;
    this.#lifetimes = lifetimes;
    this.#metrics = metrics;
    this.#load = load;
    this.#sender = sender;
  }

  process({ tenant, key: sessionId, body }: Signal, context: ProcessorContext): void {
    const key = signalKey({ tenant, keyKind: 'session', key: sessionId });
    if (body.run) this.#onRun(key, body.run, body.features, context);
    else if (body.finding) this.#onFinding(key, body.finding, context);
    else if (body.outcome) this.#onOutcome(key, { ...body.outcome, tenant }, sessionId, context);
    else if (body.belonging) this.#onBelonging(key, { ...body.belonging, traceId: sessionId }, tenant, context);
    else throw new TypeError('a signal to a session that says nothing of a run, a finding or an outcome');
  }

  /** A timer is one of a conversation. */
  owns(timer: string): boolean {
    return timer === GAP || timer === FORGET;
  }

  punctuate(key: string, timer: string, context: ProcessorContext): void {
    if (timer === FORGET) {
      this.#forget(key, context);
      return;
    }
    const slots = this.#slots(key, context);
    const session = this.#judge.onGap(slots, context.dueTime, this.#learned(tenantOf(key), context));
    if (!session) return;
    this.#emit(slots, session, context);
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
    this.#remember(key, context);
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

  #onRun(key: string, run: Run, features: RunFeatures | null, context: ProcessorContext): void {
    const slots = this.#slots(key, context);
    const session = this.#judge.onRun(slots, run, context.dueTime, features, this.#learned(run.tenant, context));
    if (!session) return;
    if (session.revision === 1) this.#storeWaiting(slots, session, context);
    this.#emit(slots, session, context);
    context.cancel(key, FORGET);
    context.schedule(key, GAP, context.dueTime + this.#gapMs(context));
    this.#load.watch(context);
  }

  /** What is found of a conversation that has not begun, or was forgotten, waits for it as long as one that has ended is remembered. */
  #onFinding(key: string, finding: Finding, context: ProcessorContext): void {
    const slots = this.#slots(key, context);
    const isKnown = this.#judge.knows(slots);
    const session = this.#judge.onFinding(slots, finding, context.dueTime, this.#learned(finding.tenant, context));
    if (session) this.#emit(slots, session, context);
    if (isKnown) return;
    this.#remember(key, context);
    this.#load.watch(context);
  }

  /**
   * What is said of a conversation that has not begun waits for it likewise. What names only a run goes on to the conversation that the run
   * belongs to, where that has another id; once, so that no two runs send it to and fro.
   */
  #onOutcome(key: string, outcome: Outcome, sessionId: string, context: ProcessorContext): void {
    const slots = this.#slots(key, context);
    const elsewhere = outcome.sessionId === '' ? slots.get<string>(BELONGS) : undefined;
    if (elsewhere !== undefined) {
      this.#passOn([outcome], elsewhere, context);
      return;
    }
    const isKnown = this.#judge.knows(slots);
    const learned = this.#learned(outcome.tenant, context);
    const { isNew, session } = this.#judge.onOutcome(slots, outcome, context.dueTime, learned);
    if (isNew) {
      const stored = session ? { ...outcome, sessionId } : outcome;
      context.forward('outcomes', `${outcome.tenant}/${outcome.outcomeId}`, stored);
    }
    if (session) this.#emit(slots, session, context);
    if (isKnown) return;
    this.#remember(key, context);
    this.#load.watch(context);
  }

  /** The key of a run learns which conversation it belongs to: what is said of the run goes there. */
  #onBelonging(key: string, { traceId, sessionId }: Belonging, tenant: string, context: ProcessorContext): void {
    if (sessionId === traceId || sessionId.length > LONGEST_ID) return;
    const slots = this.#slots(key, context);
    const isKnown = this.#judge.knows(slots);
    slots.put(BELONGS, sessionId);
    const waiting = this.#judge.takeOutcomes(slots).filter((outcome) => outcome.sessionId === '');
    this.#passOn(
      waiting.map((outcome) => ({ ...outcome, tenant })),
      sessionId,
      context,
    );
    if (isKnown) return;
    this.#remember(key, context);
    this.#load.watch(context);
  }

  /** What was said of a run before it was known to be a conversation of its own is stored again, with the conversation. */
  #storeWaiting(slots: Slots, { sessionId }: Session, context: ProcessorContext): void {
    for (const outcome of this.#judge.outcomes(slots)) {
      if (outcome.sessionId !== '') continue;
      context.forward('outcomes', `${outcome.tenant}/${outcome.outcomeId}`, { ...outcome, sessionId });
    }
  }

  #passOn(outcomes: readonly Outcome[], sessionId: string, context: ProcessorContext): void {
    for (const outcome of outcomes) {
      const body = { outcome: { ...outcome, sessionId } };
      this.#sender.send(outcome.tenant, { keyKind: 'session', key: sessionId, body }, context);
    }
  }

  /** What labels of the tenant's other conversations have taught, as it was told to this partition. */
  #learned(tenant: string, context: ProcessorContext): LearnedWeights {
    return learnedIn(context.store.slotsOf(signalKey({ tenant, keyKind: 'partition', key: MODEL_KEY })));
  }

  /** Until its time is over, which is the shorter the fuller the partition is. */
  #remember(key: string, context: ProcessorContext): void {
    const free = Math.max(0, 1 - this.#load.share(context));
    context.schedule(key, FORGET, context.dueTime + Math.round(free * this.#lifetimes.sessionRetentionMs));
  }

  #forget(key: string, context: ProcessorContext): void {
    context.store.delete(key);
    this.#open.delete(key);
  }

  #gapMs(context: ProcessorContext): number {
    const { sessionGapMs } = this.#lifetimes;
    return this.#load.isTooMuch(context) ? Math.min(sessionGapMs, crowdedGapMs) : sessionGapMs;
  }

  #emit(slots: Slots, session: Session, context: ProcessorContext): void {
    context.forward('sessions', `${session.tenant}/${session.sessionId}`, session);
    if (!session.final) return;
    const told = [...this.#judge.observations(slots, session), ...this.#judge.labels(slots, session)];
    for (const signal of told) this.#sender.send(session.tenant, signal, context);
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

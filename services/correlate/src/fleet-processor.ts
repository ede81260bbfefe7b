import type { FleetJudge, FleetKey, FleetOutput, Slots } from '@spanwise/detectors';
import type { Calibration, Finding, Incident, Signal } from '@spanwise/schemas';
import { DEAD_LETTERS, type ProcessorContext, type StateLoad } from '@spanwise/stream';
import type { CorrelateMetrics } from './metrics.ts';
import { type SignalProcessor, type SignalSender, signalKey } from './signals.ts';

export interface FleetLifetimes {
  /** Log time in ms for which an agent, an entity, … of which nothing comes is remembered in an empty partition; the fuller it is, the shorter. */
  fleetRetentionMs: number;
}

/** Timer of a key: when it is forgotten, unless something came since. */
const FORGET = 'fleet-forget';
/** Timers of detectors: their names behind this. */
const WAKE = 'wake/';
/** What a key is remembered for at least, however full the partition is. */
const LEAST_RETENTION_MS = 600_000;

/** Slot with whose key it is, and when something came of it last. */
const ABOUT = 'about';
interface About extends FleetKey {
  lastAt: number;
}

/** Judges what meets at the keys of one partition: agents, entities, stores, tenants, …: across runs. */
export class FleetProcessor implements SignalProcessor {
  readonly #judge: FleetJudge;
  readonly #lifetimes: FleetLifetimes;
  readonly #metrics: CorrelateMetrics;
  readonly #load: StateLoad;
  readonly #sender: SignalSender;
  readonly #open = new Map<string, Slots>();
  #countable: Finding[] = [];
  #uncounted: Finding[] = [];
  #countableIncidents: Incident[] = [];
  #uncountedIncidents: Incident[] = [];
  #calibrations: Calibration[] = [];
  #uncommitted: Calibration[] = [];

  constructor(
    judge: FleetJudge,
    lifetimes: FleetLifetimes,
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

  process(signal: Signal, context: ProcessorContext): void {
    const key = signalKey(signal);
    const slots = this.#slots(key, context);
    const { tenant, keyKind } = signal;
    const about = slots.get<About>(ABOUT);
    // written now and then only: it need not be exact
    if (!about || context.dueTime - about.lastAt > LEAST_RETENTION_MS / 2) {
      slots.put<About>(ABOUT, { tenant, keyKind, key: signal.key, lastAt: context.dueTime });
    }
    if (!about) {
      context.schedule(key, FORGET, context.dueTime + this.#retentionMs(context));
      this.#load.watch(context);
    }
    this.#take(key, tenant, this.#judge.onSignal(slots, signal, context.dueTime), context);
  }

  punctuate(key: string, timer: string, context: ProcessorContext): void {
    const slots = this.#slots(key, context);
    const about = slots.get<About>(ABOUT);
    if (!about) return;
    if (timer !== FORGET) {
      const name = timer.slice(WAKE.length);
      this.#take(key, about.tenant, this.#judge.onWake(slots, name, about, context.dueTime), context);
      return;
    }
    const due = about.lastAt + this.#retentionMs(context);
    if (due > context.dueTime) {
      context.schedule(key, FORGET, due);
      return;
    }
    for (const name of this.#judge.namesOf(about.keyKind)) context.cancel(key, WAKE + name);
    context.store.delete(key);
    this.#open.delete(key);
  }

  beforeCommit(): void {
    this.#countable.push(...this.#uncounted);
    this.#uncounted = [];
    this.#countableIncidents.push(...this.#uncountedIncidents);
    this.#uncountedIncidents = [];
    this.#calibrations.push(...this.#uncommitted);
    this.#uncommitted = [];
  }

  afterCommit(): void {
    const findings = this.#countable;
    this.#countable = [];
    for (const finding of findings) this.#metrics.finding(finding);
    const incidents = this.#countableIncidents;
    this.#countableIncidents = [];
    for (const incident of incidents) this.#metrics.incident(incident);
    for (const calibration of this.#calibrations.splice(0)) this.#metrics.calibration(calibration);
  }

  #take(key: string, tenant: string, output: FleetOutput, context: ProcessorContext): void {
    for (const finding of output.findings) {
      context.forward('findings', finding.traceId === '' ? key : `${tenant}/${finding.traceId}`, finding);
      this.#uncounted.push(finding);
    }
    for (const incident of output.incidents) {
      context.forward('incidents', `${tenant}/${incident.environment}`, incident);
      this.#uncountedIncidents.push(incident);
    }
    for (const signal of output.signals) this.#sender.send(tenant, signal, context);
    for (const calibration of output.calibrations) {
      context.forward('calibration', calibration.tenant, calibration);
      this.#uncommitted.push(calibration);
    }
    for (const [name, atMs] of output.wakes) context.schedule(key, WAKE + name, Math.max(atMs, context.dueTime));
    for (const { pattern, message } of output.faults) {
      context.forward(DEAD_LETTERS, key, {
        service: 'correlate',
        topic: 'signals',
        partition: context.partition,
        offset: -1,
        reason: 'processor_error',
        detail: `${pattern}: ${message}`,
        key: Buffer.from(key),
        value: null,
        time: context.dueTime * 1_000,
      });
    }
  }

  #retentionMs(context: ProcessorContext): number {
    const free = Math.max(0, 1 - this.#load.share(context));
    return Math.max(LEAST_RETENTION_MS, Math.round(free * this.#lifetimes.fleetRetentionMs));
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

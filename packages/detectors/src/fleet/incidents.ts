import type { Pulse, SignalBody, Trouble } from '@spanwise/schemas';
import type { FleetContext, FleetDetector } from './fleet-detector.ts';
import { type Burst, burstShare, newBurst, normalShare, update } from './incident/burst.ts';
import { type FailedRun, failedRun, ORIGIN_KINDS, originOf } from './incident/failed-run.ts';
import { addTo, incidentRecord, type OpenIncident, openIncident } from './incident/open-incident.ts';

/** Log time in ms after the last trouble of a run at which it is judged, though it has not ended. */
const SETTLE_MS = 15_000;
/** Log time in ms for which a run that was judged before its end is remembered. */
const REMEMBER_MS = 2 * 3_600_000;
const LOOK_EVERY_MS = 10_000;
const MAX_TROUBLES = 8;
/** Failed runs that are remembered, and origins whose normal share is known. */
const MAX_RECENT = 256;
const MAX_ORIGINS = 512;
/** Runs that are under way and in trouble. */
const MAX_UNDER_WAY = 1_024;
/** Page's sum at which a burst is an incident: with e^−14 a false start, one in more than a million failures. */
const ALARM = 14;
const LEAST_SESSIONS = 5;
/** Of the failed runs of an incident, those that share its origin. */
const COVERAGE = 0.8;
/** Evidence that an incident is over: e^4, more than 50 to 1. */
const OVER = 4;
const QUIET_MS = 300_000;
/** Without any run that ends, nothing tells that it is over. */
const NO_TRAFFIC_MS = 6 * 3_600_000;
/** Log time in ms between revisions that only count more. */
const TELL_EVERY_MS = 60_000;

interface RunInTrouble {
  troubles: Trouble[];
  lastMs: number;
  judged: boolean;
}

interface Ring {
  next: number;
}

interface Recent extends FailedRun {
  /** Runs that had ended when it was judged. */
  runs: number;
}

const RUNS = 'runs';
const RING = 'ring';
const underWay = (traceId: string): string => `r/${traceId}`;
const recentSlot = (n: number): string => `t/${n}`;
const ORIGIN = 'o/';
const INCIDENT = 'i/';

/**
 * Bursts of failures with one origin become one incident: opened when runs go wrong in one way at one tool, model, handoff, service, release
 * or agent much more often than before, told again as it grows, resolved when they do no longer.
 *
 * A run counts once, by what it began to go wrong with: what follows from that does not make an incident of its own.
 */
export const incidents = (): FleetDetector => ({
  name: 'incidents',
  keyKind: 'tenant',
  onSignal({ trouble, pulse }: SignalBody, context: FleetContext) {
    if (trouble) onTrouble(trouble, context);
    if (pulse) onPulse(pulse, context);
  },
  onWake(context) {
    const isBusy = settle(context);
    const isOpen = look(context);
    if (isBusy || isOpen) context.wakeAt(context.now + LOOK_EVERY_MS);
  },
});

function onTrouble(trouble: Trouble, context: FleetContext): void {
  const { slots, now } = context;
  const slot = underWay(trouble.traceId);
  const known = slots.get<RunInTrouble>(slot);
  if (!known && [...slotsIn(context, 'r/')].length >= MAX_UNDER_WAY) return;
  const run = known ?? { troubles: [], lastMs: now, judged: false };
  const at = run.troubles.findIndex(({ findingId }) => findingId === trouble.findingId);
  if (at >= 0) run.troubles[at] = trouble;
  else if (run.troubles.length < MAX_TROUBLES) run.troubles.push(trouble);
  run.lastMs = now;
  slots.put(slot, run);
  context.wakeAt(now + LOOK_EVERY_MS);
}

function onPulse(pulse: Pulse, context: FleetContext): void {
  const { slots } = context;
  slots.put(RUNS, runsOf(context) + 1);
  const slot = underWay(pulse.traceId);
  const run = slots.get<RunInTrouble>(slot);
  if (!run) return;
  if (!run.judged) judge(run, context);
  slots.delete(slot);
}

/** Judges the runs in trouble of which nothing new has come; says whether any are under way. */
function settle(context: FleetContext): boolean {
  const { slots, now } = context;
  let isBusy = false;
  for (const slot of [...slotsIn(context, 'r/')].sort()) {
    const run = slots.get<RunInTrouble>(slot);
    if (!run) continue;
    if (now - run.lastMs >= REMEMBER_MS) slots.delete(slot);
    else if (run.judged || now - run.lastMs < SETTLE_MS) isBusy = true;
    else {
      judge(run, context);
      slots.put(slot, { ...run, judged: true });
      isBusy = true;
    }
  }
  return isBusy;
}

function judge(run: RunInTrouble, context: FleetContext): void {
  const failed = failedRun(run.troubles);
  if (!failed) return;
  const runs = runsOf(context);
  remember(failed, runs, context);
  const alarms: string[] = [];
  for (const origin of failed.origins) {
    const burst = burstOf(origin, context);
    const sum = update(burst, runs, true);
    context.slots.put(ORIGIN + origin, burst);
    if (sum >= ALARM) alarms.push(origin);
  }
  const open = openIncidents(context);
  const part = open.find(({ origins }) => failed.origins.some((origin) => origins.includes(origin)));
  if (part) {
    addTo(part, failed, context.now);
    tellGrowth(part, context);
    context.slots.put(INCIDENT + part.id, part);
    return;
  }
  if (alarms.length > 0) onAlarm(alarms, failed, open, context);
}

function onAlarm(alarms: readonly string[], failed: FailedRun, open: OpenIncident[], context: FleetContext): void {
  const recent = recentRuns(context);
  const originated = alarms.map((origin) => {
    const burst = burstOf(origin, context);
    const members = recent.filter(({ origins, runs }) => origins.includes(origin) && runs >= burst.since);
    return { origin, burst, members };
  });
  const most = originated.reduce((a, b) => (b.members.length > a.members.length ? b : a));
  const sessions = new Set(most.members.map(({ sessionId }) => sessionId));
  if (sessions.size < LEAST_SESSIONS) return;
  const same = open.find((incident) => isPartOf(most.origin, most.members, incident));
  if (same) {
    same.origins.push(...alarms.filter((origin) => !same.origins.includes(origin)).slice(0, 8));
    addTo(same, failed, context.now);
    tellGrowth(same, context);
    context.slots.put(INCIDENT + same.id, same);
    return;
  }
  const covering = originated.filter(({ members }) => members.length >= COVERAGE * most.members.length);
  const best = covering.reduce((a, b) => (isMoreTelling(b, a) ? b : a));
  const incident = openIncident(context.tenant, context.key, best.origin, best.members, {
    startRuns: best.burst.since,
    before: normalShare(best.burst),
    nowMs: context.now,
  });
  incident.origins.push(...covering.map(({ origin }) => origin).filter((origin) => origin !== best.origin));
  incident.overRuns = runsOf(context);
  incident.overHits = 0;
  tell(incident, undefined, context);
  context.slots.put(INCIDENT + incident.id, incident);
  context.wakeAt(context.now + LOOK_EVERY_MS);
}

/** The same thing failing in another way, or the same sessions failing by another thing. */
function isPartOf(origin: string, members: readonly FailedRun[], incident: OpenIncident): boolean {
  const { kind, name } = originOf(origin);
  const isSame = incident.origins.some((other) => originOf(other).kind === kind && originOf(other).name === name);
  const shared = members.filter(({ sessionId }) => incident.sessions.includes(sessionId)).length;
  return isSame || shared >= members.length / 2;
}

interface Candidate {
  origin: string;
  burst: Burst;
}

/** Much more evidence; of equals what is nearer to the cause. */
function isMoreTelling(a: Candidate, b: Candidate): boolean {
  if (a.burst.sum > 1.1 * b.burst.sum) return true;
  if (b.burst.sum > 1.1 * a.burst.sum) return false;
  return ORIGIN_KINDS.indexOf(originOf(a.origin).kind) < ORIGIN_KINDS.indexOf(originOf(b.origin).kind);
}

/** Looks whether incidents are over, and tells how they grew; says whether any is open. */
function look(context: FleetContext): boolean {
  const runs = runsOf(context);
  let isOpen = false;
  for (const incident of openIncidents(context)) {
    const slot = INCIDENT + incident.id;
    const before = incident.before;
    const burst = burstOf(incident.origins[0] as string, context);
    const since = Math.max(1, incident.overRuns - incident.startRuns);
    const seen = Math.min(0.9, Math.max(burstShare(burst), incident.sessionCount / (since + incident.sessionCount)));
    const passed = runs - incident.overRuns;
    const misses = Math.max(0, passed - incident.overHits);
    const gone =
      incident.over + misses * Math.log((1 - before) / (1 - seen)) - incident.overHits * Math.log(seen / before);
    incident.over = Math.max(0, gone);
    incident.overRuns = runs;
    incident.overHits = 0;
    const quiet = context.now - incident.lastHitMs;
    if ((incident.over >= OVER && quiet >= QUIET_MS) || quiet >= NO_TRAFFIC_MS) {
      tell(incident, context.now, context);
      context.slots.delete(slot);
      // what failed meanwhile was not normal
      for (const origin of incident.origins) {
        const bursting = burstOf(origin, context);
        context.slots.put(ORIGIN + origin, { ...bursting, hits: 0, sum: 0, since: runs, seenRuns: runs });
      }
    } else {
      isOpen = true;
      tellGrowth(incident, context);
      context.slots.put(slot, incident);
    }
  }
  return isOpen;
}

function tellGrowth(incident: OpenIncident, context: FleetContext): void {
  const hasGrown = incident.sessionCount > incident.toldSessions;
  const isGrave = incident.severity !== incident.toldSeverity || incident.sessionCount >= 2 * incident.toldSessions;
  if (hasGrown && (isGrave || context.now - incident.toldMs >= TELL_EVERY_MS)) tell(incident, undefined, context);
}

function tell(incident: OpenIncident, resolvedMs: number | undefined, context: FleetContext): void {
  const { tenant, now } = context;
  context.tell(incidentRecord(tenant, incident, { runs: runsOf(context), resolvedMs, nowMs: now }));
}

const runsOf = ({ slots }: FleetContext): number => slots.get<number>(RUNS) ?? 0;

function* slotsIn({ slots }: FleetContext, prefix: string): Iterable<string> {
  for (const slot of slots.keys()) if (slot.startsWith(prefix)) yield slot;
}

function openIncidents(context: FleetContext): OpenIncident[] {
  return [...slotsIn(context, INCIDENT)]
    .sort()
    .map((slot) => context.slots.get<OpenIncident>(slot))
    .filter((incident) => incident !== undefined);
}

function remember(failed: FailedRun, runs: number, { slots }: FleetContext): void {
  const { next } = slots.get<Ring>(RING) ?? { next: 0 };
  slots.put<Recent>(recentSlot(next), { ...failed, runs });
  slots.put<Ring>(RING, { next: (next + 1) % MAX_RECENT });
}

function recentRuns({ slots }: FleetContext): Recent[] {
  const recent: Recent[] = [];
  for (let n = 0; n < MAX_RECENT; n++) {
    const run = slots.get<Recent>(recentSlot(n));
    if (run) recent.push(run);
  }
  return recent;
}

/** What is known of an origin; where there are too many, those of which nothing came for longest are forgotten. */
function burstOf(origin: string, context: FleetContext): Burst {
  const known = context.slots.get<Burst>(ORIGIN + origin);
  if (known) return known;
  const slots = [...slotsIn(context, ORIGIN)];
  if (slots.length >= MAX_ORIGINS) {
    const oldest = slots
      .map((slot) => [slot, context.slots.get<Burst>(slot)?.seenRuns ?? 0] as const)
      .sort(([slotA, a], [slotB, b]) => a - b || (slotA < slotB ? -1 : 1));
    for (const [slot] of oldest.slice(0, MAX_ORIGINS / 8)) context.slots.delete(slot);
  }
  return newBurst(runsOf(context));
}

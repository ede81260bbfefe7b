import type { Pulse, Trouble } from '@spanwise/schemas';
import type { FleetContext, FleetDetector } from './fleet-detector.ts';
import { type Burst, burstShare, normalShare, update } from './incident/burst.ts';
import { distanceFromCause, type FailedRun, failedRun, originOf } from './incident/failed-run.ts';
import { addTo, incidentRecord, type OpenIncident, openIncident } from './incident/open-incident.ts';
import { IncidentStore, type RunInTrouble } from './incident-store.ts';

/** Log time in ms after the last trouble of a run at which it is judged, though it has not ended. */
const SETTLE_MS = 15_000;
/** Log time in ms for which a run that was judged before its end is remembered. */
const REMEMBER_MS = 2 * 3_600_000;
const LOOK_EVERY_MS = 10_000;
const MAX_TROUBLES = 8;
/** Page's sum at which a burst is an incident: with e^−14 a false start, one in more than a million failures. */
const ALARM = 14;
const LEAST_SESSIONS = 5;
/** Of the failed runs of an incident, those that share its origin. */
const COVERAGE = 0.8;
/** So many times the evidence is much more. */
const MUCH = 1.5;
/** Evidence that an incident is over: e^4, more than 50 to 1. */
const OVER = 4;
const QUIET_MS = 300_000;
/** Without any run that ends, nothing tells that it is over. */
const NO_TRAFFIC_MS = 6 * 3_600_000;
/** Log time in ms between revisions that only count more. */
const TELL_EVERY_MS = 60_000;
const MAX_ORIGINS_OF_ONE = 16;

/**
 * Bursts of failures with one origin become one incident: opened when runs go wrong in one way at one tool, model, handoff, service, release
 * or agent much more often than before, told again as it grows, resolved when they do no longer.
 *
 * A run counts once, by what it began to go wrong with: what follows from that does not make an incident of its own.
 */
export const incidents = (): FleetDetector => ({
  name: 'incidents',
  keyKind: 'tenant',
  onSignal({ trouble, pulse }, context) {
    const store = new IncidentStore(context);
    if (trouble) onTrouble(trouble, store, context);
    if (pulse) onPulse(pulse, store, context);
  },
  onWake(context) {
    const store = new IncidentStore(context);
    const isBusy = settle(store, context);
    const isOpen = look(store, context);
    if (isBusy || isOpen) context.wakeAt(context.now + LOOK_EVERY_MS);
  },
});

function onTrouble(trouble: Trouble, store: IncidentStore, context: FleetContext): void {
  const run = store.runInTrouble(trouble.traceId) ?? { troubles: [], lastMs: 0, judged: false };
  const at = run.troubles.findIndex(({ findingId }) => findingId === trouble.findingId);
  if (at >= 0) run.troubles[at] = trouble;
  else if (run.troubles.length < MAX_TROUBLES) run.troubles.push(trouble);
  run.lastMs = context.now;
  store.putRun(trouble.traceId, run);
  context.wakeAt(context.now + LOOK_EVERY_MS);
}

function onPulse({ traceId }: Pulse, store: IncidentStore, context: FleetContext): void {
  store.runEnded();
  const run = store.runInTrouble(traceId);
  if (!run) return;
  if (!run.judged) judge(run, store, context);
  store.forgetRun(traceId);
}

/** Judges the runs in trouble of which nothing new has come; says whether any are under way. */
function settle(store: IncidentStore, context: FleetContext): boolean {
  const { underWay } = store;
  for (const traceId of underWay) {
    const run = store.runInTrouble(traceId);
    const quiet = context.now - (run?.lastMs ?? 0);
    if (!run || quiet >= REMEMBER_MS) store.forgetRun(traceId);
    else if (!run.judged && quiet >= SETTLE_MS) {
      judge(run, store, context);
      store.putRun(traceId, { ...run, judged: true });
    }
  }
  return underWay.length > 0;
}

function judge(run: RunInTrouble, store: IncidentStore, context: FleetContext): void {
  const failed = failedRun(run.troubles);
  if (!failed) return;
  // what an incident explains says nothing of what is normal elsewhere
  const part = store.incidents.find(({ origins }) => failed.origins.some((origin) => origins.includes(origin)));
  if (part) {
    join(part, failed, store, context);
    return;
  }
  store.addRecent(failed);
  const alarms = failed.origins.filter((origin) => {
    const burst = store.burst(origin);
    const sum = update(burst, store.runs, true);
    store.putBurst(origin, burst);
    return sum >= ALARM;
  });
  if (alarms.length > 0) onAlarm(alarms, failed, store, context);
}

function onAlarm(alarms: readonly string[], failed: FailedRun, store: IncidentStore, context: FleetContext): void {
  const recent = store.recent();
  const candidates = alarms.map((origin) => {
    const burst = store.burst(origin);
    const members = recent.filter(({ origins, runs }) => origins.includes(origin) && runs >= burst.since);
    return { origin, burst, members };
  });
  const widest = candidates.reduce((a, b) => (b.members.length > a.members.length ? b : a));
  if (new Set(widest.members.map(({ sessionId }) => sessionId)).size < LEAST_SESSIONS) return;
  const same = store.incidents.find((incident) => isPartOf(widest.origin, widest.members, incident));
  if (same) {
    const more = alarms.filter((origin) => !same.origins.includes(origin));
    same.origins.push(...more.slice(0, MAX_ORIGINS_OF_ONE - same.origins.length));
    join(same, failed, store, context);
    store.explain(alarms);
    return;
  }
  const covering = candidates.filter(({ members }) => members.length >= COVERAGE * widest.members.length);
  const best = covering.reduce((a, b) => (isMoreTelling(b, a) ? b : a));
  const incident = openIncident(context.tenant, context.key, best.origin, best.members, {
    startRuns: best.burst.since,
    before: normalShare(best.burst),
    nowMs: context.now,
  });
  incident.origins.push(...covering.map(({ origin }) => origin).filter((origin) => origin !== best.origin));
  incident.overRuns = store.runs;
  incident.overHits = 0;
  tell(incident, undefined, store, context);
  store.putIncident(incident);
  store.explain(new Set(best.members.flatMap(({ origins }) => origins)));
  context.wakeAt(context.now + LOOK_EVERY_MS);
}

function join(incident: OpenIncident, failed: FailedRun, store: IncidentStore, context: FleetContext): void {
  addTo(incident, failed, context.now);
  tellGrowth(incident, store, context);
  store.putIncident(incident);
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
  if (a.burst.sum > MUCH * b.burst.sum) return true;
  if (b.burst.sum > MUCH * a.burst.sum) return false;
  return distanceFromCause(a.origin) < distanceFromCause(b.origin);
}

/** Looks whether incidents are over, and tells how they grew; says whether any is open. */
function look(store: IncidentStore, context: FleetContext): boolean {
  let isOpen = false;
  for (const incident of store.incidents) {
    bringUpToDate(incident, store);
    const quiet = context.now - incident.lastHitMs;
    if ((incident.over >= OVER && quiet >= QUIET_MS) || quiet >= NO_TRAFFIC_MS) {
      tell(incident, context.now, store, context);
      store.forgetIncident(incident);
      store.explain(incident.origins);
    } else {
      isOpen = true;
      tellGrowth(incident, store, context);
      store.putIncident(incident);
    }
  }
  return isOpen;
}

/** How much likelier it is, by the runs that ended, that runs go wrong so as seldom as before than as often as in the incident. */
function bringUpToDate(incident: OpenIncident, store: IncidentStore): void {
  const { before, overHits } = incident;
  const since = Math.max(1, incident.overRuns - incident.startRuns);
  const inIncident = incident.sessionCount / (since + incident.sessionCount);
  const share = Math.min(0.9, Math.max(burstShare(store.burst(incident.origins[0] as string)), inIncident));
  const misses = Math.max(0, store.runs - incident.overRuns - overHits);
  const gone = misses * Math.log((1 - before) / (1 - share)) - overHits * Math.log(share / before);
  incident.over = Math.max(0, incident.over + gone);
  incident.overRuns = store.runs;
  incident.overHits = 0;
}

function tellGrowth(incident: OpenIncident, store: IncidentStore, context: FleetContext): void {
  const hasGrown = incident.sessionCount > incident.toldSessions;
  const isGrave = incident.severity !== incident.toldSeverity || incident.sessionCount >= 2 * incident.toldSessions;
  if (hasGrown && (isGrave || context.now - incident.toldMs >= TELL_EVERY_MS))
    tell(incident, undefined, store, context);
}

function tell(
  incident: OpenIncident,
  resolvedMs: number | undefined,
  { runs }: IncidentStore,
  { tenant, now, tell }: FleetContext,
): void {
  tell(incidentRecord(tenant, incident, { runs, resolvedMs, nowMs: now }));
}

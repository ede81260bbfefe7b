import type { Incident, IncidentClass, Severity } from '@spanwise/schemas';
import { hash128 } from '../../identity-hash.ts';
import { type FailedRun, type Origin, originOf } from './failed-run.ts';

/** Sessions, agents and releases that an incident names. */
const MAX_NAMES = 32;
/** Sessions that are told apart; of more, one that comes again counts again. */
const MAX_SESSIONS = 512;

/** An incident under way: slot `i/<id>`. Plain JSON. */
export interface OpenIncident {
  id: string;
  revision: number;
  /** Keys of origins whose failures are part of it; the first is the one that it is named by. */
  origins: string[];
  /** Runs of the tenant that had ended when it began. */
  startRuns: number;
  /** Share of runs that went wrong so before. */
  before: number;
  environment: string;
  openedMs: number;
  lastHitMs: number;
  first: FailedRun;
  lastTime: number;
  severity: Severity;
  sessions: string[];
  sessionCount: number;
  agents: string[];
  releases: string[];
  patterns: Record<string, number>;
  classes: Partial<Record<IncidentClass, number>>;
  /** Evidence that it is over, and what of it was brought up to date. */
  over: number;
  overRuns: number;
  overHits: number;
  /** As told last. */
  toldSessions: number;
  toldMs: number;
  toldSeverity: Severity;
}

const SEVERITIES: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical'];

export function openIncident(
  tenant: string,
  environment: string,
  origin: string,
  members: readonly FailedRun[],
  { startRuns, before, nowMs }: { startRuns: number; before: number; nowMs: number },
): OpenIncident {
  const inOrder = members.toSorted((a, b) => a.eventTime - b.eventTime || (a.traceId < b.traceId ? -1 : 1));
  const first = inOrder[0] as FailedRun;
  const incident: OpenIncident = {
    ...{ id: hash128(`${tenant}\n${environment}\n${origin}\n${first.traceId}`), revision: 0, origins: [origin] },
    ...{ startRuns, before, environment, openedMs: nowMs, lastHitMs: nowMs, first, lastTime: first.eventTime },
    ...{ severity: first.severity, sessions: [], sessionCount: 0, agents: [], releases: [], patterns: {}, classes: {} },
    ...{ over: 0, overRuns: startRuns, overHits: 0, toldSessions: 0, toldMs: nowMs, toldSeverity: 'info' as const },
  };
  for (const member of inOrder) addTo(incident, member, nowMs);
  return incident;
}

/** Counts a run that went wrong by it; a session counts once. */
export function addTo(incident: OpenIncident, failed: FailedRun, nowMs: number): void {
  incident.lastHitMs = nowMs;
  incident.overHits++;
  incident.lastTime = Math.max(incident.lastTime, failed.eventTime);
  if (SEVERITIES.indexOf(failed.severity) > SEVERITIES.indexOf(incident.severity)) incident.severity = failed.severity;
  if (incident.sessions.includes(failed.sessionId)) return;
  incident.sessionCount++;
  incident.sessions.push(failed.sessionId);
  if (incident.sessions.length > MAX_SESSIONS) incident.sessions.splice(MAX_NAMES, 1);
  addName(incident.agents, failed.agent);
  addName(incident.releases, failed.release === '' ? '' : `${failed.agent} ${failed.release}`);
  incident.patterns[failed.pattern] = (incident.patterns[failed.pattern] ?? 0) + 1;
  incident.classes[failed.class] = (incident.classes[failed.class] ?? 0) + 1;
}

function addName(names: string[], name: string): void {
  if (name !== '' && names.length < MAX_NAMES && !names.includes(name)) names.push(name);
}

/** What most of its sessions began to go wrong with. */
export function classOf({ classes, origins }: OpenIncident): IncidentClass {
  const [most] = Object.entries(classes).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return (most?.[0] as IncidentClass | undefined) ?? originOf(origins[0] as string).class;
}

/**
 * The record of its next revision.
 *
 * @param runs of the tenant that have ended so far
 */
export function incidentRecord(
  tenant: string,
  incident: OpenIncident,
  { runs, resolvedMs, nowMs }: { runs: number; resolvedMs: number | undefined; nowMs: number },
): Incident {
  incident.revision++;
  incident.toldSessions = incident.sessionCount;
  incident.toldSeverity = incident.severity;
  incident.toldMs = nowMs;
  const origin = originOf(incident.origins[0] as string);
  const since = Math.max(incident.sessionCount, runs - incident.startRuns);
  const failure = classOf(incident);
  const { first } = incident;
  return {
    tenant,
    incidentId: incident.id,
    revision: incident.revision,
    state: resolvedMs === undefined ? 'open' : 'resolved',
    class: failure,
    environment: incident.environment,
    severity: incident.severity,
    originKind: origin.kind,
    origin: origin.name,
    summary: summaryOf(incident, origin, failure, since, resolvedMs !== undefined),
    startTime: first.eventTime,
    lastTime: incident.lastTime,
    openedTime: incident.openedMs * 1_000,
    resolvedTime: resolvedMs === undefined ? null : resolvedMs * 1_000,
    sessionCount: incident.sessionCount,
    sessionsSince: since,
    sessions: incident.sessions.slice(0, MAX_NAMES),
    agents: [...incident.agents],
    releases: [...incident.releases],
    patterns: Object.entries(incident.patterns)
      .map(([pattern, sessions]) => ({ pattern, sessions }))
      .sort((a, b) => b.sessions - a.sessions || (a.pattern < b.pattern ? -1 : 1)),
    firstTraceId: first.traceId,
    firstSpanId: first.spanId,
    evidence: JSON.stringify({
      type: 'burst',
      expected: { share: rounded(incident.before) },
      seen: { share: rounded(incident.sessionCount / since), classes: incident.classes },
      numbers: { failed: incident.sessionCount, since },
    }),
    receivedTime: first.receivedTime,
  };
}

const WORDS: Readonly<Record<IncidentClass, string>> = {
  dependency_failure: 'a dependency fails',
  model_degradation: 'a model does worse than before',
  context_corruption: 'context gets lost or changed',
  coordination_failure: 'agents get into each other’s way',
  unclassified: 'sessions go wrong',
};

function summaryOf(
  { sessionCount, agents, before }: OpenIncident,
  { kind, name }: Origin,
  failure: IncidentClass,
  since: number,
  isOver: boolean,
): string {
  const who = agents.length === 1 ? `agent ${agents[0]}` : `${agents.length} agents`;
  const usual = before < 0.01 ? `1 in ${Math.round(1 / before)}` : `${Math.round(100 * before)} %`;
  const what = `${WORDS[failure]} at ${kind} ${name} (${who})`;
  const counted = `${sessionCount} of the ${since} sessions since it began went wrong so, at most ${usual} before`;
  return `${isOver ? 'Over: ' : ''}${what}: ${counted}`;
}

const rounded = (share: number): number => Math.round(share * 1e4) / 1e4;

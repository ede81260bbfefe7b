import type { PointUse, Run, RunFeatures, Session, SessionObserved } from '@spanwise/schemas';
import { asLong } from '../largest-long.ts';
import type { SignalDraft } from '../signals/signal-source.ts';
import type { Slots } from '../slots.ts';

/** Runs of a session whose features are kept until it is observed; of later ones none. */
const MAX_RUNS = 32;
const MAX_POINTS = 64;
/** Agents of a session that are told of it. */
const MAX_AGENTS = 8;

/** What its agents were told last of a session, and who they are: slot `observed`. */
interface Observed {
  agents: string[];
  told: SessionObserved;
}

/** A run's features until the session is observed: slot `features/<trace>`. */
interface Remembered {
  traceId: string;
  start: number;
  agents: string[];
  features: RunFeatures;
}

const OBSERVED = 'observed';
const FEATURES = 'features/';

/** Keeps what a run was like until its session is observed; of a session that was observed, what it was like stays. */
export function rememberFeatures(slots: Slots, run: Run, features: RunFeatures): void {
  if (slots.get(OBSERVED)) return;
  const slot = FEATURES + run.traceId;
  if (!slots.get(slot) && remembered(slots).length >= MAX_RUNS) return;
  slots.put<Remembered>(slot, { traceId: run.traceId, start: run.startTime, agents: run.agents, features });
}

/**
 * What each agent of a session is told of it when it has a final verdict, and of another verdict later. What the session was like is told
 * as it was the first time, so that whoever counts may take back exactly what it had counted. Nothing when they know it all.
 */
export function observationsOf(slots: Slots, session: Session): SignalDraft[] {
  const before = slots.get<Observed>(OBSERVED);
  if (before?.told.verdict === session.verdict) return [];
  const { verdict, failureProbability } = session;
  const observed: Observed = before
    ? { ...before, told: { ...before.told, previousVerdict: before.told.verdict, verdict, failureProbability } }
    : firstObserved(slots, session);
  slots.put<Observed>(OBSERVED, observed);
  for (const slot of [...slots.keys()]) if (slot.startsWith(FEATURES)) slots.delete(slot);
  return observed.agents.map((agent) => ({ keyKind: 'agent', key: agent, body: { session: observed.told } }));
}

function firstObserved(slots: Slots, session: Session): Observed {
  const runs = remembered(slots);
  const points = new Map<string, PointUse>();
  for (const { features } of runs) for (const point of features.points) addPoint(points, point);
  const agents = new Set([session.agent, ...runs.flatMap((run) => run.agents)].filter((agent) => agent !== ''));
  return {
    agents: [...agents].slice(0, MAX_AGENTS),
    told: {
      sessionId: session.sessionId,
      traceId: runs[0]?.traceId ?? session.traceIds[0] ?? '',
      agent: session.agent,
      release: session.release,
      environment: session.environment,
      workflow: session.workflow,
      startTime: session.startTime,
      durationNs: session.durationNs,
      receivedTime: session.receivedTime,
      verdict: session.verdict,
      previousVerdict: '',
      failureProbability: session.failureProbability,
      costUsd: session.costUsd,
      totalTokens: asLong(session.inputTokens + session.outputTokens),
      attributes: runs[0]?.features.attributes ?? [],
      points: [...points.values()],
    },
  };
}

function addPoint(points: Map<string, PointUse>, more: PointUse): void {
  const point = points.get(more.step);
  if (!point) {
    if (points.size < MAX_POINTS) points.set(more.step, { ...more });
    return;
  }
  point.calls += more.calls;
  point.failures += more.failures;
  point.findings += more.findings;
  point.isCause ||= more.isCause;
  point.durationNs = asLong(point.durationNs + more.durationNs);
  point.lastSpanId = more.lastSpanId;
}

/** Oldest first. */
function remembered(slots: Slots): Remembered[] {
  const runs: [string, Remembered][] = [];
  for (const slot of slots.keys()) {
    const run = slot.startsWith(FEATURES) ? slots.get<Remembered>(slot) : undefined;
    if (run) runs.push([slot, run]);
  }
  return runs.sort(([slotOfA, a], [slotOfB, b]) => a.start - b.start || (slotOfA < slotOfB ? -1 : 1)).map(([, r]) => r);
}

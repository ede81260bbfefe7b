import type { SessionObserved, SignalBody } from '@spanwise/schemas';
import type { Counts } from '../statistics/interval.ts';
import type { FleetPlace } from './fleet-detector.ts';

/** A session that its leading agent is told of, and how it changes what is counted. */
export interface CountedSession {
  session: SessionObserved;
  /** It ended well: its verdict is `correct`. */
  isGood: boolean;
  /** It is told of for the first time. */
  isNew: boolean;
  /** What it adds to the sessions that ended well: what was counted with its former verdict is taken back. */
  hits: number;
  trials: number;
}

const GOOD = 'correct';

/**
 * What a signal changes in counts of sessions; undefined where it changes nothing, or is no session that this agent led: those in which
 * it took part are counted by who led them, of whom the release and the environment are told.
 */
export function countedSession({ session }: SignalBody, agent: string): CountedSession | undefined {
  if (!session || session.agent !== agent) return undefined;
  const isGood = session.verdict === GOOD;
  const isNew = session.previousVerdict === '';
  const wasGood = session.previousVerdict === GOOD;
  if (!isNew && isGood === wasGood) return undefined;
  const hits = Number(isGood) - Number(wasGood);
  return { session, isGood, isNew, hits, trials: isNew ? 1 : 0 };
}

/** Sessions from which on what was counted is forgotten by half: a year ago tells less than last week. */
export const MOST_COUNTED = 8_192;

/**
 * Counts with a session's change. A former verdict that was counted before the counts were forgotten cannot be taken back:
 * hits stay between none and all.
 */
export function counted({ hits, trials }: Counts, change: Counts): Counts {
  const sum = { hits: hits + change.hits, trials: trials + change.trials };
  const all = Math.max(0, sum.trials);
  return { hits: Math.min(all, Math.max(0, sum.hits)), trials: all };
}

/** Forgets half; counts stay whole. */
export const halved = ({ hits, trials }: Counts): Counts => ({
  hits: Math.floor(hits / 2),
  trials: Math.floor(trials / 2),
});

export const nothingCounted = (): Counts => ({ hits: 0, trials: 0 });

/** Names in slots and findings are no longer. */
export const LONGEST_NAME = 128;

export const nameOf = (text: string): string => text.slice(0, LONGEST_NAME);

/** When a finding of a whole fleet happened, by the session that decided it. */
export const timesOf = ({ startTime, durationNs, receivedTime }: SessionObserved) => ({
  eventTime: startTime + Math.round(durationNs / 1_000),
  receivedTime,
});

/** Of a workflow point, agent/kind/tool. */
export function placeOfStep(step: string): Partial<FleetPlace> {
  const [, , ...tool] = step.split('/');
  return { step, tool: tool.join('/') };
}

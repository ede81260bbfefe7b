import type { PointUse, SessionObserved, Verdict } from '@spanwise/schemas';
import type { ToldSignal } from './fleet-cases.ts';

export const AGENT_NAME = 'support';
const EPOCH_US = Date.UTC(2026, 0, 5, 6) * 1_000;
const MINUTE_US = 60_000_000;

export interface SessionsLike {
  count: number;
  /** Share of them that ended well; they are spread evenly. */
  good: number;
  /** Position of the first among all: a minute each. Default 0. */
  from?: number;
  agent?: string;
  release?: string;
  environment?: string;
  workflow?: string;
  /** `name=value`, of the n-th. */
  attributes?: (n: number, isGood: boolean) => readonly string[];
  /** Steps used, of the n-th; one that failed ends with `!`, the one where a session went wrong with `!!`. */
  steps?: (n: number, isGood: boolean) => readonly string[];
  /** Default `suspect` */
  badVerdict?: Verdict;
}

export function observed(session: Partial<SessionObserved>): SessionObserved {
  return {
    ...{ sessionId: 's', traceId: 't', agent: AGENT_NAME, release: '', environment: '', workflow: '' },
    ...{
      startTime: EPOCH_US,
      durationNs: 1e9,
      receivedTime: EPOCH_US,
      verdict: 'correct' as const,
      previousVerdict: '',
    },
    ...{ failureProbability: 0.1, costUsd: 0, totalTokens: 0, attributes: [], points: [] },
    ...session,
  };
}

export const told = (session: SessionObserved, atMs = session.startTime / 1_000, key = session.agent): ToldSignal => ({
  ...{ atMs, keyKind: 'agent', key, body: { session } },
});

/** Sessions one after the other, as their agent is told of them. */
export function sessions(like: SessionsLike): ToldSignal[] {
  const { count, good, from = 0, badVerdict = 'suspect', attributes, steps, ...place } = like;
  return Array.from({ length: count }, (_, n) => {
    const isGood = Math.floor((n + 1) * good + 1e-9) > Math.floor(n * good + 1e-9);
    const startTime = EPOCH_US + (from + n) * MINUTE_US;
    return told(
      observed({
        agent: AGENT_NAME,
        ...place,
        ...{ sessionId: `s${from + n}`, traceId: `t${from + n}`, startTime, receivedTime: startTime },
        verdict: isGood ? 'correct' : badVerdict,
        attributes: (attributes?.(n, isGood) ?? []).map((text) => {
          const at = text.indexOf('=');
          return { name: text.slice(0, at), value: text.slice(at + 1) };
        }),
        points: (steps?.(n, isGood) ?? []).map(pointOf),
      }),
    );
  });
}

const pointOf = (text: string): PointUse => {
  const failed = text.endsWith('!');
  return {
    ...{ step: text.replace(/!+$/, ''), calls: 1, failures: Number(failed), findings: Number(failed) },
    ...{ isCause: text.endsWith('!!'), durationNs: 1_000, lastSpanId: 'a1' },
  };
};

/** With another verdict from the first. */
export function withVerdict(signal: ToldSignal, verdict: Verdict): ToldSignal {
  const session = signal.body.session;
  return session ? { ...signal, body: { session: { ...session, verdict } } } : signal;
}

/** Another verdict on sessions that were told. */
export const revised = (signals: readonly ToldSignal[], verdict: Verdict): ToldSignal[] =>
  signals.flatMap((signal) => {
    const session = signal.body.session;
    return session ? [{ ...signal, body: { session: { ...session, previousVerdict: session.verdict, verdict } } }] : [];
  });

/** In the order of time. */
export const merged = (...parts: readonly (readonly ToldSignal[])[]): ToldSignal[] =>
  parts.flat().sort((a, b) => a.atMs - b.atMs);

/** Told again behind all others, at the time of the last. */
export const afterwards = (before: readonly ToldSignal[], later: readonly ToldSignal[]): ToldSignal[] => {
  const atMs = before.at(-1)?.atMs ?? 0;
  return [...before, ...later.map((signal) => ({ ...signal, atMs }))];
};

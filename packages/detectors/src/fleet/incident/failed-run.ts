import type { IncidentClass, Severity, Trouble } from '@spanwise/schemas';
import { failureClass } from './failure-class.ts';

/** What runs that went wrong may have in common where they did. */
const ORIGIN_KINDS = ['tool', 'handoff', 'service', 'model', 'release', 'agent'] as const;
export type OriginKind = (typeof ORIGIN_KINDS)[number];

/** What is nearest to the cause of failures of a class, before all others. */
const NEAREST: Readonly<Partial<Record<IncidentClass, OriginKind>>> = {
  model_degradation: 'model',
  context_corruption: 'handoff',
};

/** The smaller, the nearer to the cause. */
export function distanceFromCause(key: string): number {
  const { class: failure, kind } = originOf(key);
  return NEAREST[failure] === kind ? -1 : ORIGIN_KINDS.indexOf(kind);
}

export interface Origin {
  kind: OriginKind;
  name: string;
}

/** A run that went wrong, by what it began with. Plain JSON. */
export interface FailedRun {
  traceId: string;
  sessionId: string;
  pattern: string;
  class: IncidentClass;
  severity: Severity;
  agent: string;
  release: string;
  spanId: string;
  eventTime: number;
  receivedTime: number;
  /** Keys of what it has in common with others, see `originKey`. */
  origins: string[];
}

const SEPARATOR = '\n';

/** Failures of one class with one thing in common. */
export const originKey = (failure: IncidentClass, { kind, name }: Origin): string =>
  [failure, kind, name].join(SEPARATOR);

export function originOf(key: string): Origin & { class: IncidentClass } {
  const [failure = '', kind = '', ...name] = key.split(SEPARATOR);
  return { class: failure as IncidentClass, kind: kind as OriginKind, name: name.join(SEPARATOR) };
}

/** What a run began to go wrong with: the earliest that stands; undefined where nothing does. */
export function failedRun(troubles: readonly Trouble[]): FailedRun | undefined {
  const [first] = troubles
    .filter(({ stands }) => stands)
    .sort((a, b) => a.eventTime - b.eventTime || (a.findingId < b.findingId ? -1 : 1));
  if (!first) return undefined;
  const failure = failureClass(first.pattern);
  return {
    traceId: first.traceId,
    sessionId: first.sessionId,
    pattern: first.pattern,
    class: failure,
    severity: first.severity,
    agent: first.agent,
    release: first.release,
    spanId: first.causeSpanId,
    eventTime: first.eventTime,
    receivedTime: first.receivedTime,
    origins: originsOf(first).map((origin) => originKey(failure, origin)),
  };
}

function originsOf({ tool, handoff, service, model, agent, release }: Trouble): Origin[] {
  const names: Record<OriginKind, string> = {
    tool,
    handoff,
    service,
    model,
    release: release === '' ? '' : `${agent} ${release}`,
    agent,
  };
  return ORIGIN_KINDS.map((kind) => ({ kind, name: names[kind].slice(0, 128) })).filter(({ name }) => name !== '');
}

import type { Attributes } from '@spanwise/otlp';
import type { Failure } from '../plan/step.ts';
import type { SpanRecord, Work } from '../render/record.ts';

/** How an instrumentation writes what agents do. */
export interface Convention {
  readonly name: string;
  /** Instrumentation scope of its spans */
  readonly scope: { readonly name: string; readonly version: string };
  /** Status of a span that is fine: 0 unset, 1 OK */
  readonly fineStatus: 0 | 1;
  /** How a failure is told; default: by the exception's message, and an event with its type. */
  tellFailure?(failure: Failure, record: AgentRecord): { readonly message: string; readonly hasEvent: boolean };
  write(record: AgentRecord, identity: Identity): Written;
}

/** The work that instrumentations of agents know; requests and messages are written by those of HTTP and queues. */
export type AgentRecord = SpanRecord & { readonly work: Exclude<Work, { kind: 'http' | 'message' }> };

/** What the span says of where it belongs; undefined: it does not say. */
export interface Identity {
  readonly sessionId: string | undefined;
  readonly agent: string | undefined;
  readonly userId?: string;
}

export interface Written {
  readonly name: string;
  /** OTLP's span kind: 1 internal, 2 server, 3 client, 4 producer, 5 consumer */
  readonly kind: 1 | 2 | 3 | 4 | 5;
  readonly attributes: Attributes;
}

/** Which spans of a run carry the session's id and the agent's name; spans of agents always carry their own name. */
export const placements = ['everywhere', 'session_on_root', 'all_on_root'] as const;

export type Placement = (typeof placements)[number];

export function identityAt(record: SpanRecord, placement: Placement, sessionId: string, userId: string): Identity {
  const isRoot = record.parentSpanId === '';
  const isAgent = record.work.kind === 'agent';
  return {
    sessionId: isRoot || placement === 'everywhere' ? sessionId : undefined,
    agent: isAgent || placement !== 'all_on_root' ? record.agent.name : undefined,
    ...(isRoot ? { userId } : {}),
  };
}

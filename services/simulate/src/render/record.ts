import type { AgentProfile, Document, Extras, Failure, Step } from '../plan/step.ts';

/** A span before a convention names its attributes. Times are true time, microseconds since the epoch. */
export interface SpanRecord {
  readonly spanId: string;
  /** Empty at the root */
  readonly parentSpanId: string;
  readonly service: string;
  readonly startUs: number;
  readonly endUs: number;
  readonly failure?: Failure;
  /** The agent in whose loop it is. */
  readonly agent: AgentProfile;
  /** What it is the span of; none for requests inside a tool's call. */
  readonly step?: Step;
  readonly work: Work;
  readonly extras?: Extras;
}

export type Work = AgentWork | InferenceWork | ToolWork | RetrievalWork | MemoryWork | HttpWork | MessageWork;

export interface AgentWork {
  readonly kind: 'agent';
  readonly request: string;
  readonly answer: string;
  /** Of its own inferences together */
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface InferenceWork {
  readonly kind: 'inference';
  readonly system: string;
  readonly input: readonly Message[];
  readonly output: readonly Message[];
  readonly finishReason: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly compacted: boolean;
}

export interface ToolWork {
  readonly kind: 'tool';
  readonly tool: string;
  readonly description: string;
  readonly callId: string;
  /** JSON, or what the model wrote instead */
  readonly arguments: string;
  /** JSON or text; absent where the tool failed */
  readonly result?: string;
}

export interface RetrievalWork {
  readonly kind: 'retrieval';
  readonly query: string;
  readonly documents: readonly Document[];
}

/** A read or a write of a shared store. */
export interface MemoryWork {
  readonly kind: 'memory';
  readonly operation: string;
  readonly store: string;
  readonly record: string;
  /** JSON or text */
  readonly content: string;
}

/** One HTTP request, seen from one side. */
export interface HttpWork {
  readonly kind: 'http';
  readonly side: 'client' | 'server';
  readonly path: string;
  readonly server: string;
  readonly status: number;
  /** 0 for the first */
  readonly resend: number;
}

/** A message that somebody else works on later. */
export interface MessageWork {
  readonly kind: 'message';
  readonly side: 'producer' | 'consumer';
  readonly queue: string;
  /** Where the queue knows priorities. */
  readonly priority?: number;
  /** When it was put there, microseconds. */
  readonly enqueuedUs?: number;
}

/** As OpenTelemetry's GenAI conventions write messages. */
export interface Message {
  readonly role: 'user' | 'assistant' | 'tool';
  readonly parts: readonly Part[];
}

export type Part =
  | { readonly type: 'text'; readonly content: string }
  | { readonly type: 'tool_call'; readonly id: string; readonly name: string; readonly arguments: unknown }
  | { readonly type: 'tool_call_response'; readonly id: string; readonly response: unknown };

/** A value as the text of an attribute: text as it is, everything else as JSON. */
export const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The form of `Span.inputMessages` and `Span.outputMessages`: OpenTelemetry GenAI's, without what belongs elsewhere. */
export interface Message {
  role: string;
  /** Name of the participant, where several agents share a conversation */
  name?: string;
  parts: Part[];
}

/** Parts of types not listed (blob, file, uri, server tool calls) are kept as sent. */
export type Part =
  | { type: 'text'; content: string }
  | { type: 'reasoning'; content: string }
  | { type: 'tool_call'; id?: string; name: string; arguments?: unknown }
  | { type: 'tool_call_response'; id?: string; response: unknown }
  | { type: string; [key: string]: unknown };

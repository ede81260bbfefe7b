import { Concept } from './concept.ts';
import { isObject, type JsonObject, parseJson } from './json.ts';
import type { Values } from './values.ts';

/** What LangChain says of a span in OpenInference's `metadata` JSON; empty text where it says nothing. */
export interface Metadata {
  agent: string;
  conversationId: string;
  provider: string;
  model: string;
}

const NOTHING: Metadata = { agent: '', conversationId: '', provider: '', model: '' };
const WORTH_READING = /"(?:lc_agent_name|thread_id|session_id|ls_provider)"/;

/** Reads the metadata and leaves them in the remainder: most of what they say has no field. */
export function readMetadata(values: Values): Metadata {
  if (!values.has(Concept.metadata)) return NOTHING;
  const text = values.peekText(Concept.metadata);
  const read = WORTH_READING.test(text) ? parseJson(text) : undefined;
  if (!isObject(read)) return NOTHING;
  return {
    agent: textOf(read, 'lc_agent_name'),
    conversationId: textOf(read, 'session_id') || textOf(read, 'thread_id'),
    provider: textOf(read, 'ls_provider'),
    model: textOf(read, 'ls_model_name'),
  };
}

function textOf(read: JsonObject, key: string): string {
  const value = read[key];
  return typeof value === 'string' ? value : '';
}

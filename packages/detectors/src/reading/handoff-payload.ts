import { hash64 } from '../identity-hash.ts';
import { canonicalJson } from './canonical-json.ts';
import { isJsonObject, type JsonObject, jsonPayload, LARGEST_PAYLOAD } from './json-payload.ts';
import { type Message, messagesOf, textOf } from './messages.ts';

/** What one agent gives to another, as named fields. */
export type Fields = JsonObject;

export interface HandoffPayload {
  /**
   * The forms in which its fields may stand: the payload itself, an object within it (`{"input": {…}}`), an object in a text
   * (`Refund request: {…}`). Empty where it has no fields.
   */
  forms: Fields[];
  /** Digests that two payloads share when they ask for the same; empty where there is nothing. */
  tasks: string[];
}

const MOST_FORMS = 4;
/** Arguments that say only whom the work is for. */
const TARGETS = new Set(
  'agent agent_name agentname coworker to to_agent target target_agent recipient assignee subagent subagent_type'.split(
    ' ',
  ),
);

/** The JSON object that a text holds, alone or after some words. */
function objectIn(text: string): Fields | undefined {
  const [from, to] = [text.indexOf('{'), text.lastIndexOf('}')];
  if (from < 0 || to <= from) return undefined;
  const value = jsonPayload(text.slice(from, to + 1));
  return isJsonObject(value) ? value : undefined;
}

function withoutTargets(fields: Fields): Fields {
  const entries = Object.entries(fields);
  const own = entries.filter(([key, value]) => !(TARGETS.has(key.toLowerCase()) && typeof value === 'string'));
  return own.length === entries.length ? fields : Object.fromEntries(own);
}

/** Upper and lower case, punctuation and spaces make no other task. */
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

function addText(text: string, into: HandoffPayload): void {
  const object = objectIn(text);
  if (object) addFields(object, into);
  const words = plain(text);
  if (words !== '') into.tasks.push(hash64(words));
}

function addFields(given: Fields, into: HandoffPayload): void {
  const fields = withoutTargets(given);
  const values = Object.values(fields);
  if (values.length === 0) return;
  if (into.forms.length < MOST_FORMS) into.forms.push(fields);
  for (const value of values) {
    if (into.forms.length >= MOST_FORMS) break;
    if (isJsonObject(value)) addFields(value, into);
    else if (typeof value === 'string' && value.includes('{')) addText(value, into);
  }
  const [only] = values;
  if (values.length === 1 && typeof only === 'string') into.tasks.push(hash64(plain(only)));
  else into.tasks.push(hash64(canonicalJson(fields)));
}

const NOTHING: HandoffPayload = { forms: [], tasks: [] };

/** Neither fields nor words. */
export const isEmpty = ({ forms, tasks }: HandoffPayload): boolean => forms.length + tasks.length === 0;

/** Reads a payload out of arguments (JSON text, or a value) or out of words. Nothing is read of more than 65,536 characters. */
export function payloadIn(given: unknown): HandoffPayload {
  const payload: HandoffPayload = { forms: [], tasks: [] };
  if (typeof given !== 'string') {
    if (isJsonObject(given)) addFields(given, payload);
    return payload;
  }
  if (given === '' || given.length > LARGEST_PAYLOAD) return NOTHING;
  const value = jsonPayload(given);
  if (isJsonObject(value)) addFields(value, payload);
  else addText(typeof value === 'string' ? value : given, payload);
  return payload;
}

/** What an agent was asked for: the messages of its input before anybody answered. */
export function askedIn(inputMessages: string): string {
  if (inputMessages === '' || inputMessages.length > LARGEST_PAYLOAD) return '';
  const asked: string[] = [];
  for (const message of messagesOf(inputMessages) as readonly Message[]) {
    if (message.role !== 'user' && message.role !== 'system') break;
    if (message.role === 'user') asked.push(textOf(message));
  }
  return asked.join('\n');
}

import { lastMessageOf, substanceOf, textOf } from './messages.ts';

/*
 * What can be read of a payload field's messages without parsing all of it: in the form in which ingest writes them, with the
 * answers that parsing would give.
 */

/** How a message begins, and what lies between two of a list. */
const ROLE = '{"role":"';
const BETWEEN = ']},';

/** A message of the list begins there, or one of a list of messages within a response. */
const isTopLevel = (text: string, at: number): boolean =>
  at === 1 || (at > 1 && text.startsWith(BETWEEN, at - BETWEEN.length));

/** Cheap: false where the last message of a payload field, or the last within its response, is of another role. */
export function mayEndAs(role: string, text: string): boolean {
  const at = text.lastIndexOf(ROLE);
  return !isTopLevel(text, at) || text.startsWith(role, at + ROLE.length);
}

/** How a field ends whose last message ends in a text. */
const PLAIN_END = '"}]}]';
const QUOTE = 34;
const BACKSLASH = 92;

const PLAIN_USER = '{"role":"user","parts":[{"type":"text","content":"';

/** Index of the quote that ends a JSON string. */
function endOfString(text: string, begin: number): number {
  for (let at = text.indexOf('"', begin); at >= 0; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (at - escapes > begin && text.charCodeAt(at - escapes - 1) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return at;
  }
  return -1;
}

/** The last message of a payload field is a user's and has text. */
export function endsWithUsersText(text: string): boolean {
  const at = text.lastIndexOf(ROLE);
  if (isTopLevel(text, at)) {
    if (!text.startsWith('user"', at + ROLE.length)) return false;
    const begin = at + PLAIN_USER.length;
    const end = text.length - PLAIN_END.length;
    if (text.startsWith(PLAIN_USER, at) && text.endsWith(PLAIN_END) && endOfString(text, begin) === end)
      return begin < end;
  }
  const message = lastMessageOf(text);
  return message?.role === 'user' && textOf(message) !== '';
}

/** An id as ingest writes it into a part. */
const ID_OF_CALL = '"tool_call","id":"';
const ID_OF_RESPONSE = '"tool_call_response","id":"';

function withoutIds(json: string, before: string): string {
  let kept = '';
  let from = 0;
  for (let at = json.indexOf(before); at >= 0; at = json.indexOf(before, from)) {
    kept += json.slice(from, at + before.length);
    from = Math.max(json.indexOf('"', at + before.length), at + before.length);
  }
  return from === 0 ? json : kept + json.slice(from);
}

/**
 * A text that is the same where the last message of a payload field says and returns the same, whatever the ids of its calls;
 * mostly without parsing it. Of a response that is itself a list of messages, the last one counts.
 */
export function substanceOfLast(text: string): string {
  const at = text.lastIndexOf(ROLE);
  if (isTopLevel(text, at)) {
    const json = text.slice(at);
    if (!json.includes('"tool_call')) return json;
    const plain = withoutIds(withoutIds(json, ID_OF_RESPONSE), ID_OF_CALL);
    if (plain !== json) return plain;
  }
  const message = lastMessageOf(text);
  return message ? substanceOf(message) : '';
}

const PLAIN_ANSWER = '[{"role":"assistant","parts":[{"type":"text","content":"';
const LOWER_U = 117;

/**
 * The beginning of an output that is a single answer in words, without parsing the rest: `length` UTF-16 units, or all of it
 * where it is shorter. Undefined for an output of another form.
 */
export function openingOf(output: string, length: number): string | undefined {
  if (!output.startsWith(PLAIN_ANSWER)) return undefined;
  let at = PLAIN_ANSWER.length;
  let isEscaped = false;
  let units = 0;
  for (; units < length && at < output.length; units++) {
    const unit = output.charCodeAt(at);
    if (unit === QUOTE) break;
    if (unit === BACKSLASH) {
      isEscaped = true;
      at += output.charCodeAt(at + 1) === LOWER_U ? 6 : 2;
    } else at += 1;
  }
  if (units < length && !(output.length === at + PLAIN_END.length && output.endsWith(PLAIN_END))) return undefined;
  const raw = output.slice(PLAIN_ANSWER.length, at);
  return isEscaped ? (JSON.parse(`"${raw}"`) as string) : raw;
}

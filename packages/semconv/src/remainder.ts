import type { OtlpEvent, OtlpLink } from '@spanwise/otlp';
import { type Cuts, caps, fitLast, fitObject } from './caps.ts';
import { isObject, parseJson, toJson } from './json.ts';

/** Attributes that no field represents, as a JSON object within its cap: the longest go first. */
export function attributesText(json: string, cuts: Cuts): string {
  if (json.length <= caps.attributes) return json;
  cuts.note('attributes', json);
  const value = parseJson(json);
  return isObject(value) ? fitObject(value, caps.attributes) : '';
}

/**
 * Events that no field represents, as JSON. An exception that is represented keeps what the fields do not say, its
 * stack trace.
 */
export function eventsText(
  events: readonly OtlpEvent[],
  content: ReadonlySet<OtlpEvent> | undefined,
  exceptions: readonly OtlpEvent[],
  cuts: Cuts,
): string {
  if (events.length === 0) return '';
  const kept = events
    .filter((event) => !content?.has(event))
    .flatMap((event) => (exceptions.includes(event) ? (restOfException(event, exceptions) ?? []) : eventOf(event)));
  if (kept.length === 0) return '';
  const text = toJson(kept);
  if (text.length <= caps.events) return text;
  cuts.note('events', text);
  return fitLast(kept, caps.events);
}

interface KeptEvent {
  name: string;
  timeUnixNano: string;
  attributes: unknown;
}

function eventOf(event: OtlpEvent): KeptEvent {
  const { micros, nanos } = event.time;
  const timeUnixNano = nanos === 0 ? `${micros}000` : `${micros}${String(nanos).padStart(3, '0')}`;
  return { name: event.name, timeUnixNano: micros === 0 ? String(nanos) : timeUnixNano, attributes: event.attributes };
}

// Of an exception that was recorded twice the first is kept
function restOfException(event: OtlpEvent, exceptions: readonly OtlpEvent[]): KeptEvent | undefined {
  if (event !== exceptions[0]) return undefined;
  const { 'exception.type': _type, 'exception.message': _message, ...rest } = event.attributes;
  return Object.keys(rest).length === 0 ? undefined : eventOf({ ...event, attributes: rest });
}

/** Links as JSON `[{traceId, spanId}]`; the first ones where there are more than fit. */
export function linksText(links: readonly OtlpLink[], cuts: Cuts): string {
  if (links.length === 0) return '';
  const members = links.map(({ traceId, spanId }) => JSON.stringify({ traceId, spanId }));
  const text = `[${members.join(',')}]`;
  if (text.length <= caps.links) return text;
  cuts.note('links', text);
  // All members have the length of two ids
  const longest = members.reduce((most, member) => Math.max(most, member.length), 0);
  return `[${members.slice(0, Math.floor((caps.links - 2) / (longest + 1))).join(',')}]`;
}

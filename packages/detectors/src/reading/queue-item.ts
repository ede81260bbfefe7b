import type { Span } from '@spanwise/schemas';
import { numberIn, ownAttributes } from './own-attributes.ts';

/** What a span says of the queue that its work waited in. */
export interface QueueItem {
  queue: string;
  /** Higher is more urgent. */
  priority: number;
  /** Microseconds since the epoch; undefined where it is not said. */
  enqueued: number | undefined;
}

/** Words for priorities, between the numbers that others use: 0 is the middle of them. */
const WORDS: Readonly<Record<string, number>> = {
  critical: 100,
  urgent: 100,
  emergency: 100,
  realtime: 90,
  interactive: 75,
  high: 75,
  elevated: 60,
  normal: 50,
  default: 50,
  medium: 50,
  standard: 50,
  low: 25,
  batch: 10,
  bulk: 10,
  background: 10,
  idle: 0,
};

/** `P0` is the most urgent, and `P9` less so than `P1`. */
const RANK = /^(?:p|prio|sev)-?(\d)$/;

function priorityIn(value: unknown, smallestFirst: boolean): number | undefined {
  const number = numberIn(value);
  if (number !== undefined) return smallestFirst ? -number : number;
  if (typeof value !== 'string') return undefined;
  const word = value.trim().toLowerCase();
  const rank = RANK.exec(word)?.[1];
  return rank === undefined ? WORDS[word] : -Number(rank);
}

/** Numbers below these are seconds, milliseconds, microseconds since the epoch; the rest nanoseconds. */
const UNITS = [
  [1e11, 1e6],
  [1e14, 1e3],
  [1e17, 1],
] as const;

/** Microseconds of a time as a number in any unit, or as ISO 8601 text; undefined for anything else. */
export function microsIn(value: unknown): number | undefined {
  const number = numberIn(value);
  if (number !== undefined) {
    if (number < 1e8) return undefined;
    const unit = UNITS.find(([below]) => number < below);
    return Math.round(unit ? number * unit[1] : number / 1e3);
  }
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}[T ]/.test(value)) return undefined;
  const millis = Date.parse(value);
  return Number.isNaN(millis) ? undefined : millis * 1e3;
}

/**
 * Undefined where the span names no queue or no priority.
 *
 * @param smallestFirst in numbers, 1 goes before 2
 */
export function queueItemOf(span: Span, smallestFirst: boolean): QueueItem | undefined {
  const own = ownAttributes(span);
  const queue = own?.['queue.name'];
  if (!own || typeof queue !== 'string' || queue === '') return undefined;
  const priority = priorityIn(own['queue.priority'], smallestFirst);
  return priority === undefined ? undefined : { queue, priority, enqueued: microsIn(own['queue.enqueued_at']) };
}

const LINKED = /"spanId":"([0-9a-f]{16})"/;

/** Span that a link leads to, as from a consumer to its producer: the first. */
export const linkedSpanIn = (links: string): string => (links === '' ? '' : (LINKED.exec(links)?.[1] ?? ''));

import { span } from '@spanwise/testkit/spans';
import { describe, expect, it } from 'vitest';
import { microsIn, queueItemOf } from './queue-item.ts';

const AT = 1_767_603_600_000_000;

describe('a time is read', () => {
  it.each([
    ['in seconds', 1_767_603_600],
    ['in milliseconds', 1_767_603_600_000],
    ['in microseconds', AT],
    ['in nanoseconds, as text', '1767603600000000000'],
    ['as ISO 8601', '2026-01-05T09:00:00Z'],
    ['with an offset', '2026-01-05T10:00:00+01:00'],
  ])('%s', (_, value) => expect(microsIn(value)).toBe(AT));

  it.each([
    ['a duration', 1_500],
    ['prose', 'yesterday'],
    ['nothing', undefined],
    ['an empty text', ''],
  ])('but not %s', (_, value) => expect(microsIn(value)).toBeUndefined());
});

const item = (priority: unknown, smallestFirst = false, queue: unknown = 'refunds') =>
  queueItemOf(
    span({ attributes: JSON.stringify({ 'spanwise.queue.name': queue, 'spanwise.queue.priority': priority }) }),
    smallestFirst,
  )?.priority;

describe('the more urgent has the higher number', () => {
  it.each([
    ['words', item('critical'), item('low')],
    ['ranks', item('P0'), item('p3')],
    ['numbers', item(9), item('1')],
    ['numbers that count down', item(1, true), item(9, true)],
  ])('%s', (_, urgent, lesser) => expect(urgent).toBeGreaterThan(lesser as number));
});

it.each([
  ['no priority', item(undefined)],
  ['an unknown word', item('soonish')],
  ['no queue', item(1, false, '')],
])('%s is no item of a queue', (_, priority) => expect(priority).toBeUndefined());

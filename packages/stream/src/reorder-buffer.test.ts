import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReorderBuffer } from './reorder-buffer.ts';

interface Item {
  group: string;
  end: number;
  id: string;
}

const DELAY = 10;
const reorder = {
  delayMs: DELAY,
  groupOf: (item: Item) => item.group,
  endTimeOf: (item: Item) => item.end,
  idOf: (item: Item) => item.id,
};

type Arrival = Item & { clock: number };

/** Which arrival left, by its place in the list, and when. */
type Leaving = [arrival: number, time: number];

/** Plays arrivals through the buffer, each after all that its clock made due; those of a message share its offset. */
function play(arrivals: readonly Arrival[], perMessage = 1): Leaving[] {
  const buffer = new ReorderBuffer(reorder);
  const left: Leaving[] = [];
  const release = (clock: number) => {
    for (let due = buffer.nextDue(); due !== undefined && due <= clock; due = buffer.nextDue()) {
      for (const { offset, index } of buffer.releaseNext()) left.push([offset * perMessage + index, due]);
    }
  };
  for (const [place, { clock, ...item }] of arrivals.entries()) {
    release(clock);
    const index = place % perMessage;
    buffer.add(buffer.describe(item, { offset: (place - index) / perMessage, index }, clock));
  }
  release(Number.POSITIVE_INFINITY);
  expect(buffer.size).toBe(0);
  return left;
}

/** The rule as it is stated, without any clever structure. */
function model(arrivals: readonly Arrival[]): Leaving[] {
  const place = new Map(arrivals.map((arrival, index) => [arrival, index]));
  const notAfter = (a: Arrival, b: Arrival) => {
    if (a.end !== b.end) return a.end < b.end;
    if (a.id !== b.id) return a.id < b.id;
    return (place.get(a) as number) <= (place.get(b) as number);
  };
  const left: Leaving[] = [];
  const gone = new Set<Arrival>();
  for (const head of arrivals) {
    const due = head.clock + DELAY;
    // at its due time only what came before is there; what comes at that very time comes after
    const there = arrivals.filter((other) => other.clock < due || arrivals.indexOf(other) <= arrivals.indexOf(head));
    const leaving = there
      .filter((other) => other.group === head.group && !gone.has(other) && notAfter(other, head))
      .sort((a, b) => (notAfter(a, b) ? -1 : 1));
    for (const item of leaving) {
      gone.add(item);
      left.push([place.get(item) as number, due]);
    }
  }
  return left;
}

const arrivals = fc
  .array(
    // few ids and ends: some records come twice, as a client sends them again
    fc.record({
      group: fc.constantFrom('a', 'b'),
      end: fc.nat(12),
      id: fc.constantFrom('p', 'q', 'r'),
      wait: fc.nat(6),
    }),
    { maxLength: 60 },
  )
  .map((items) => {
    let clock = 0;
    return items.map(({ wait, ...item }) => {
      clock += wait;
      return { ...item, clock };
    });
  });

describe('the reorder buffer', () => {
  it('releases what the rule says, when it says so', () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 4 }), (list, perMessage) => {
        expect(play(list, perMessage)).toEqual(model(list));
      }),
    );
  });

  it('releases everything exactly once, at the latest one delay after it came', () => {
    fc.assert(
      fc.property(arrivals, (list) => {
        const left = new Map(play(list));
        expect(left.size).toBe(list.length);
        for (const [place, { clock }] of list.entries()) expect(left.get(place)).toBeLessThanOrEqual(clock + DELAY);
      }),
    );
  });

  it('puts a group in order when the delay suffices', () => {
    const list = [30, 10, 20].map((end, index) => ({ group: 'a', end, id: `${end}`, clock: index }));
    expect(play(list).map(([arrival]) => arrival)).toEqual([1, 2, 0]);
  });

  it('keeps the order of arrival between groups', () => {
    const list = [
      { group: 'a', end: 99, id: '1', clock: 0 },
      { group: 'b', end: 1, id: '2', clock: 1 },
    ];
    expect(play(list).map(([arrival]) => arrival)).toEqual([0, 1]);
  });

  it('keeps its memory bounded over many records', () => {
    const list = Array.from({ length: 5000 }, (_, i) => ({ group: `${i % 3}`, end: i, id: `${i}`, clock: i }));
    expect(play(list)).toHaveLength(5000);
  });

  it.each([0, -1, Number.NaN])('refuses a delay of %s', (delayMs) => {
    expect(() => new ReorderBuffer({ ...reorder, delayMs })).toThrow(RangeError);
  });
});

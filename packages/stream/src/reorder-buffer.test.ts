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

/** Plays arrivals through the buffer, each after all that its clock made due; gives [id, time of leaving]. */
function play(arrivals: readonly Arrival[]): [string, number][] {
  const buffer = new ReorderBuffer(reorder);
  const left: [string, number][] = [];
  const release = (clock: number) => {
    for (let due = buffer.nextDue(); due !== undefined && due <= clock; due = buffer.nextDue()) {
      for (const { record } of buffer.releaseNext()) left.push([record.id, due]);
    }
  };
  for (const { clock, ...item } of arrivals) {
    release(clock);
    buffer.add(buffer.describe(item, { offset: 0, index: 0 }, clock));
  }
  release(Number.POSITIVE_INFINITY);
  expect(buffer.size).toBe(0);
  return left;
}

/** The rule as it is stated, without any clever structure. */
function model(arrivals: readonly Arrival[]): [string, number][] {
  const notAfter = (a: Arrival, b: Arrival) => a.end < b.end || (a.end === b.end && a.id <= b.id);
  const left: [string, number][] = [];
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
      left.push([item.id, due]);
    }
  }
  return left;
}

const arrivals = fc
  .array(fc.record({ group: fc.constantFrom('a', 'b'), end: fc.nat(30), wait: fc.nat(6) }), { maxLength: 60 })
  .map((items) => {
    let clock = 0;
    return items.map(({ wait, ...item }, index) => {
      clock += wait;
      return { ...item, id: String(index).padStart(3, '0'), clock };
    });
  });

describe('the reorder buffer', () => {
  it('releases what the rule says, when it says so', () => {
    fc.assert(
      fc.property(arrivals, (list) => {
        expect(play(list)).toEqual(model(list));
      }),
    );
  });

  it('releases everything exactly once, at the latest one delay after it came', () => {
    fc.assert(
      fc.property(arrivals, (list) => {
        const left = new Map(play(list));
        expect(left.size).toBe(list.length);
        for (const { id, clock } of list) expect(left.get(id)).toBeLessThanOrEqual(clock + DELAY);
      }),
    );
  });

  it('puts a group in order when the delay suffices', () => {
    const list = [30, 10, 20].map((end, index) => ({ group: 'a', end, id: `${end}`, clock: index }));
    expect(play(list).map(([id]) => id)).toEqual(['10', '20', '30']);
  });

  it('keeps the order of arrival between groups', () => {
    const list = [
      { group: 'a', end: 99, id: '1', clock: 0 },
      { group: 'b', end: 1, id: '2', clock: 1 },
    ];
    expect(play(list).map(([id]) => id)).toEqual(['1', '2']);
  });

  it('keeps its memory bounded over many records', () => {
    const list = Array.from({ length: 5000 }, (_, i) => ({ group: `${i % 3}`, end: i, id: `${i}`, clock: i }));
    expect(play(list)).toHaveLength(5000);
  });

  it.each([0, -1, Number.NaN])('refuses a delay of %s', (delayMs) => {
    expect(() => new ReorderBuffer({ ...reorder, delayMs })).toThrow(RangeError);
  });
});

import { BinaryHeap } from './binary-heap.ts';
import type { Reorder } from './topology.ts';

export interface Held<R> {
  readonly record: R;
  /** Offset of the message that brought it, and its place among that message's records. */
  readonly offset: number;
  readonly index: number;
  /** Partition clock in ms when it came. */
  readonly clock: number;
  readonly group: string;
  readonly endTime: number;
  readonly id: string;
  released: boolean;
}

/**
 * Holds records back for a delay of log time, so that records of one group that come out of order leave in the order of
 * their end.
 *
 * The rule: a record falls due one delay after it came. When one falls due, whether or not it has left, all held records of
 * its group that are not after it (by end time, then id, then arrival) leave in that order. So when a record leaves depends on nothing
 * older than one delay before it came, which is what recovery relies on.
 */
export class ReorderBuffer<R> {
  readonly #delayMs: number;
  readonly #reorder: Reorder<R>;
  readonly #groups = new Map<string, BinaryHeap<Held<R>>>();
  /** In the order in which they came, until they fall due. */
  #queue: Held<R>[] = [];
  #head = 0;
  #firstHeld = 0;
  #size = 0;

  constructor(reorder: Reorder<R>) {
    if (!(reorder.delayMs > 0)) throw new RangeError(`a reorder delay of ${reorder.delayMs} ms: it must be above 0`);
    this.#delayMs = reorder.delayMs;
    this.#reorder = reorder;
  }

  /** Records that have not left. */
  get size(): number {
    return this.#size;
  }

  /** What a record needs to be held. Throws what the topology's functions throw. */
  describe(record: R, place: { offset: number; index: number }, clock: number): Held<R> {
    const { groupOf, endTimeOf, idOf } = this.#reorder;
    return {
      record,
      offset: place.offset,
      index: place.index,
      clock,
      group: groupOf(record),
      endTime: endTimeOf(record),
      id: idOf(record),
      released: false,
    };
  }

  /** Takes a record that leaves later. */
  add(held: Held<R>): void {
    this.#queue.push(held);
    this.#size++;
    let group = this.#groups.get(held.group);
    if (!group) {
      group = new BinaryHeap(before);
      this.#groups.set(held.group, group);
    }
    group.push(held);
  }

  /** Takes a record that had left before a crash: it only takes others along when it falls due. */
  addReleased(held: Held<R>): void {
    held.released = true;
    this.#queue.push(held);
  }

  /** When the next record falls due, in ms of log time, whether or not it has left. */
  nextDue(): number | undefined {
    const head = this.#queue[this.#head];
    return head && head.clock + this.#delayMs;
  }

  /** The first that came of those that have not left. */
  oldestHeld(): Held<R> | undefined {
    while (this.#queue[this.#firstHeld]?.released) this.#firstHeld++;
    return this.#queue[this.#firstHeld];
  }

  /** Lets the next record fall due; gives those that leave, in order. */
  releaseNext(): Held<R>[] {
    const head = this.#queue[this.#head];
    if (!head) return [];
    this.#dropHead();
    const group = this.#groups.get(head.group);
    const leaving: Held<R>[] = [];
    if (!group) return leaving;
    for (let next = group.peek(); next && !before(head, next); next = group.peek()) {
      group.pop();
      next.released = true;
      leaving.push(next);
    }
    if (group.size === 0) this.#groups.delete(head.group);
    this.#size -= leaving.length;
    return leaving;
  }

  #dropHead(): void {
    this.#head++;
    if (this.#firstHeld < this.#head) this.#firstHeld = this.#head;
    if (this.#head >= 1024 && this.#head * 2 >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#firstHeld -= this.#head;
      this.#head = 0;
    }
  }
}

/** A total order: of a record sent twice, which copy is the first must not depend on what else the heap holds. */
function before<R>(a: Held<R>, b: Held<R>): boolean {
  if (a.endTime !== b.endTime) return a.endTime < b.endTime;
  if (a.id !== b.id) return a.id < b.id;
  return a.offset < b.offset || (a.offset === b.offset && a.index < b.index);
}

import type { Departure } from './departures.ts';

/** Spans that wait for their time to leave, the earliest first: a binary heap. */
export class Outbox {
  readonly #heap: Departure[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** When the next one is due; undefined when nothing waits. */
  get nextMs(): number | undefined {
    return this.#heap[0]?.dueMs;
  }

  add(departure: Departure): void {
    const heap = this.#heap;
    let at = heap.push(departure) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.#due(above) <= departure.dueMs) break;
      heap[at] = heap[above] as Departure;
      at = above;
    }
    heap[at] = departure;
  }

  /** Takes everything that is due by then, in the order of time. */
  take(nowMs: number): Departure[] {
    const taken: Departure[] = [];
    for (let first = this.#heap[0]; first && first.dueMs <= nowMs; first = this.#heap[0]) {
      taken.push(first);
      this.#removeFirst();
    }
    return taken;
  }

  clear(): void {
    this.#heap.length = 0;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= heap.length) break;
      const below = left + 1 < heap.length && this.#due(left + 1) < this.#due(left) ? left + 1 : left;
      if (this.#due(below) >= last.dueMs) break;
      heap[at] = heap[below] as Departure;
      at = below;
    }
    heap[at] = last;
  }

  #due(index: number): number {
    return this.#heap[index]?.dueMs ?? Number.POSITIVE_INFINITY;
  }
}

import type { Slots } from '../slots.ts';

interface Batch {
  /** Index of its first step; the name of its slot. */
  from: number;
  ids: readonly string[];
}

const PREFIX = 'ids/';

/** Ids of the steps that a run has forgotten last, by which a span that is sent again is recognised: slots `ids/<index>`, a batch each. */
export class ForgottenIds {
  readonly #slots: Slots;
  readonly #most: number;
  readonly #ids = new Set<string>();
  readonly #batches: Batch[] = [];

  /** @param most steps before the oldest that the run remembers, of which ids are kept */
  constructor(slots: Slots, most: number) {
    this.#slots = slots;
    this.#most = most;
  }

  /** Takes up the batches that the slots hold. */
  restore(): void {
    for (const slot of this.#slots.keys()) {
      const ids = slot.startsWith(PREFIX) ? this.#slots.get<string[]>(slot) : undefined;
      if (ids) this.#take({ from: Number(slot.slice(PREFIX.length)), ids });
    }
    this.#batches.sort((a, b) => a.from - b.from);
  }

  has(spanId: string): boolean {
    return this.#ids.has(spanId);
  }

  /** @param from index of the first of these steps */
  add(from: number, ids: readonly string[]): void {
    this.#slots.put(`${PREFIX}${from}`, ids);
    this.#take({ from, ids });
    while ((this.#batches[0]?.from ?? from) <= from - this.#most) {
      const oldest = this.#batches.shift();
      for (const id of oldest?.ids ?? []) this.#ids.delete(id);
      this.#slots.delete(`${PREFIX}${oldest?.from}`);
    }
  }

  #take(batch: Batch): void {
    this.#batches.push(batch);
    for (const id of batch.ids) this.#ids.add(id);
  }
}

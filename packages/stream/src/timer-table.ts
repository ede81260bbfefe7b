import { BinaryHeap } from './binary-heap.ts';
import { checkEntryName } from './changelog.ts';

export interface Timer {
  readonly key: string;
  readonly name: string;
  readonly at: number;
}

/** A timer that changed; at undefined: it is off. */
export interface TimerChange {
  key: string;
  name: string;
  at: number | undefined;
}

interface Entry {
  readonly key: string;
  readonly name: string;
  at: number | undefined;
  /** `at` at the last checkpoint. */
  saved: number | undefined;
  /** Number of the checkpoint interval that last changed `saved`; 0: it was restored. */
  savedIn: number;
  /** Least time at which the heap will bring this entry up; undefined: it is not in the heap. */
  queued: number | undefined;
  touched: number;
}

/** What an entry of the changelog takes besides its texts: operation, lengths, time. */
const ENTRY_BYTES = 17;

interface Queued {
  readonly at: number;
  readonly entry: Entry;
}

/**
 * The timers of one partition, on log time in ms. Those of equal time come in the order of key and name, so that a
 * restored table fires as the lost one would have. A timer put off again and again costs no memory: it stays where it is
 * in the heap and is looked at again when its former time comes.
 */
export class TimerTable {
  readonly #entries = new Map<string, Map<string, Entry>>();
  readonly #heap = new BinaryHeap<Queued>(
    (a, b) =>
      a.at < b.at ||
      (a.at === b.at && (a.entry.key < b.entry.key || (a.entry.key === b.entry.key && a.entry.name < b.entry.name))),
  );
  #size = 0;
  #savedBytes = 0;
  #interval = 1;
  #touched: Entry[] = [];

  get size(): number {
    return this.#size;
  }

  /** About the bytes of a snapshot of the timers at the last checkpoint. */
  get savedBytes(): number {
    return this.#savedBytes;
  }

  schedule(key: string, name: string, at: number): void {
    if (!Number.isFinite(at)) throw new RangeError(`timer ${name} of ${key}: ${at} is no time`);
    checkEntryName(key, name);
    const entry = this.#entry(key, name);
    this.#touch(entry);
    this.#set(entry, at);
  }

  cancel(key: string, name: string): void {
    const entry = this.#entries.get(key)?.get(name);
    if (!entry) return;
    this.#touch(entry);
    this.#set(entry, undefined);
  }

  /** The next timer to fire; it stays on. */
  next(): Timer | undefined {
    for (;;) {
      const top = this.#heap.peek();
      if (!top) return undefined;
      const { entry } = top;
      if (entry.queued === top.at && entry.at === top.at) return entry as Timer;
      this.#heap.pop();
      if (entry.queued !== top.at) continue;
      entry.queued = undefined;
      if (entry.at !== undefined) this.#enqueue(entry, entry.at);
    }
  }

  hasTimer(key: string): boolean {
    for (const { at } of this.#entries.get(key)?.values() ?? []) if (at !== undefined) return true;
    return false;
  }

  /** Makes the present state the one to return to, and gives what changed since the last checkpoint. */
  checkpoint(): TimerChange[] {
    const changes: TimerChange[] = [];
    for (const entry of this.#touched) {
      if (entry.at !== entry.saved) {
        changes.push({ key: entry.key, name: entry.name, at: entry.at });
        entry.savedIn = this.#interval;
      }
      this.#save(entry);
      if (entry.at === undefined) this.#remove(entry);
    }
    this.#nextInterval();
    return changes;
  }

  rollback(): void {
    for (const entry of this.#touched) {
      this.#set(entry, entry.saved);
      if (entry.at === undefined) this.#remove(entry);
    }
    this.#nextInterval();
  }

  /** Sets a timer as the changelog says. Not to be mixed with uncommitted changes. */
  restore({ key, name, at }: TimerChange): void {
    const entry = this.#entry(key, name);
    this.#set(entry, at);
    this.#save(entry);
    if (at === undefined) this.#remove(entry);
  }

  /** All timers as of the last checkpoint before this call, but those that a checkpoint changes while one iterates. */
  saved(): Iterator<TimerChange> {
    return this.#savedBefore(this.#interval);
  }

  *#savedBefore(interval: number): Generator<TimerChange> {
    for (const entries of this.#entries.values()) {
      for (const { key, name, saved, savedIn } of entries.values()) {
        if (saved !== undefined && savedIn < interval) yield { key, name, at: saved };
      }
    }
  }

  #entry(key: string, name: string): Entry {
    let entries = this.#entries.get(key);
    if (!entries) {
      entries = new Map();
      this.#entries.set(key, entries);
    }
    let entry = entries.get(name);
    if (!entry) {
      entry = { key, name, at: undefined, saved: undefined, savedIn: 0, queued: undefined, touched: 0 };
      entries.set(name, entry);
    }
    return entry;
  }

  #set(entry: Entry, at: number | undefined): void {
    if (entry.at === undefined && at !== undefined) this.#size++;
    if (entry.at !== undefined && at === undefined) this.#size--;
    entry.at = at;
    if (at !== undefined && (entry.queued === undefined || entry.queued > at)) this.#enqueue(entry, at);
  }

  #save(entry: Entry): void {
    const bytes = entry.key.length + entry.name.length + ENTRY_BYTES;
    if (entry.saved !== undefined) this.#savedBytes -= bytes;
    if (entry.at !== undefined) this.#savedBytes += bytes;
    entry.saved = entry.at;
  }

  #enqueue(entry: Entry, at: number): void {
    entry.queued = at;
    this.#heap.push({ at, entry });
    if (this.#heap.size > 2 * this.#size + 1024) this.#rebuildHeap();
  }

  /** Drops what cancelled and advanced timers left behind. */
  #rebuildHeap(): void {
    this.#heap.clear();
    for (const entries of this.#entries.values()) {
      for (const entry of entries.values()) {
        entry.queued = entry.at;
        if (entry.at !== undefined) this.#heap.push({ at: entry.at, entry });
      }
    }
  }

  #touch(entry: Entry): void {
    if (entry.touched === this.#interval) return;
    entry.touched = this.#interval;
    this.#touched.push(entry);
  }

  #nextInterval(): void {
    this.#touched = [];
    this.#interval++;
  }

  #remove(entry: Entry): void {
    entry.queued = undefined;
    const entries = this.#entries.get(entry.key);
    entries?.delete(entry.name);
    if (entries?.size === 0) this.#entries.delete(entry.key);
  }
}

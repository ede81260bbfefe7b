/**
 * The state of one key (a run, a session) as named slots. The values are live JSON: `get` returns the same object again and
 * again, and only slots that were `put` or deleted since the last commit are written. Who holds them may pass another object
 * over the same state at any time; as long as it is the same, indexes derived from the state hang on it.
 */
export interface Slots {
  get<T>(slot: string): T | undefined;
  put<T>(slot: string, value: T): void;
  delete(slot: string): void;
  keys(): Iterable<string>;
  /** What a judge derived of the state; no state itself. */
  derived: unknown;
}

/** Slots in memory, for tests, scripts and single-process use. `restore(snapshot())` is what a crash and a restart do. */
export class MemorySlots implements Slots {
  derived: unknown = undefined;
  readonly #values = new Map<string, unknown>();
  /** Slots put or deleted since `takeChanges`. */
  readonly #changed = new Set<string>();

  get<T>(slot: string): T | undefined {
    return this.#values.get(slot) as T | undefined;
  }

  put<T>(slot: string, value: T): void {
    this.#values.set(slot, value);
    this.#changed.add(slot);
  }

  delete(slot: string): void {
    this.#values.delete(slot);
    this.#changed.add(slot);
  }

  keys(): Iterable<string> {
    return this.#values.keys();
  }

  /** The slots that a commit would write now, and forgets them. */
  takeChanges(): string[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  /** Everything as JSON text. */
  snapshot(): string {
    return JSON.stringify([...this.#values]);
  }

  static restore(snapshot: string): MemorySlots {
    const slots = new MemorySlots();
    for (const [slot, value] of JSON.parse(snapshot) as [string, unknown][]) slots.#values.set(slot, value);
    return slots;
  }
}

import { checkEntryName } from './changelog.ts';
import type { KeyedStore, KeySlots } from './topology.ts';

interface Slot {
  readonly owner: Key;
  readonly name: string;
  /** The live object; undefined while only `json` is there. */
  value: unknown;
  /** `get` gave the live object out, so it is the one to give out again. */
  lent: boolean;
  /** The value at the last checkpoint; undefined when the slot was not there. */
  json: string | undefined;
  /** Put or deleted since the last checkpoint. */
  changed: boolean;
  deleted: boolean;
  /** Number of the checkpoint interval in which the slot was last handed out. */
  touched: number;
  /** Number of the checkpoint interval that last changed `json`; 0: it was restored. */
  saved: number;
}

/** In the store as long as it has slots. */
interface Key {
  readonly key: string;
  readonly slots: Map<string, Slot>;
  live: number;
}

/** A slot that changed; json undefined: it was deleted; slot undefined too: all slots of the key were. */
export type SlotChange =
  | { key: string; slot: string; json: string | undefined }
  | { key: string; slot: undefined; json: undefined };

/** What an entry of the changelog takes besides its texts: operation and lengths. */
const ENTRY_BYTES = 13;

/** What a slot takes in a snapshot with this value; undefined: it is not there. */
const bytesOf = ({ owner, name }: Slot, json: string | undefined): number =>
  json === undefined ? 0 : owner.key.length + name.length + ENTRY_BYTES + json.length;

/** Undefined where JSON cannot carry it: the checkpoint says so. */
function jsonIfAny(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

const newSlot = (owner: Key, name: string): Slot => ({
  owner,
  name,
  value: undefined,
  lent: false,
  json: undefined,
  changed: false,
  deleted: true,
  touched: 0,
  saved: 0,
});

/**
 * The keyed store of one partition, in memory. It remembers what every slot was at the last checkpoint, as the JSON that
 * was written to the changelog: a rollback returns there, and a snapshot costs no serialising. Beside it stands the live
 * object, of a slot that is read again and again; others live as JSON alone, from one checkpoint on.
 */
export class SlotStore implements KeyedStore {
  readonly #audited: boolean;
  readonly #keys = new Map<string, Key>();
  #size = 0;
  #savedBytes = 0;
  #interval = 1;
  #touched: Slot[] = [];
  /** Only of an audited store: objects that were put, and are not those to give out. */
  readonly #dropped = new WeakMap<Slot, unknown>();
  /** Only of an audited store: what slots were when they were put, and those that had become something else at the last checkpoint. */
  readonly #putAs = new WeakMap<Slot, string | undefined>();
  #alteredAfterPut: Slot[] = [];

  /** `audited`: `alteredWithoutPut` shall see all that was put, and so all of it stays alive. For tests. */
  constructor(audited = false) {
    this.#audited = audited;
  }

  get size(): number {
    return this.#size;
  }

  /** About the bytes of a snapshot of what was there at the last checkpoint (exact where all text is ASCII). */
  get savedBytes(): number {
    return this.#savedBytes;
  }

  get bytes(): number {
    let bytes = this.#savedBytes;
    for (const slot of this.#touched) {
      if (!slot.changed) continue;
      const json: string | undefined = slot.deleted ? undefined : JSON.stringify(slot.value);
      bytes += bytesOf(slot, json) - bytesOf(slot, slot.json);
    }
    return bytes;
  }

  get<S>(key: string, slot: string): S | undefined {
    return this.getIn<S>(this.#keys.get(key), slot);
  }

  /** `get` for who has the key's entry already. */
  getIn<S>(entry: Key | undefined, slot: string): S | undefined {
    const found = entry?.slots.get(slot);
    if (!found || found.deleted) return undefined;
    // who gets a live object may alter it, so that a rollback must renew it
    this.#touch(found);
    found.lent = true;
    if (found.value === undefined) {
      found.value = JSON.parse(found.json as string);
      this.#dropped.delete(found);
    }
    return found.value as S;
  }

  put(key: string, slot: string, value: unknown): void {
    this.putIn(this.#keys.get(key), key, slot, value);
  }

  /**
   * `put` for who has the key's entry already, if there is one; gives the entry. Throws a RangeError, and keeps nothing,
   * where key and name are longer than the changelog can carry.
   */
  putIn(known: Key | undefined, key: string, slot: string, value: unknown): Key {
    if (value === undefined) throw new TypeError(`slot ${slot} of ${key}: undefined is no value; use delete`);
    let found = known?.slots.get(slot);
    // here and not at the commit, which no record would be to blame for
    if (!found) checkEntryName(key, slot);
    const entry = known ?? this.#addKey(key);
    if (!found) {
      found = newSlot(entry, slot);
      entry.slots.set(slot, found);
    }
    this.#touch(found);
    found.value = value;
    found.changed = true;
    if (this.#audited) this.#putAs.set(found, jsonIfAny(value));
    this.#setDeleted(entry, found, false);
    return entry;
  }

  entryOf(key: string): Key | undefined {
    return this.#keys.get(key);
  }

  slotsOf(key: string): KeySlots {
    return new SlotsOfKey(this, key);
  }

  release(key: string): void {
    for (const slot of this.#keys.get(key)?.slots.values() ?? []) {
      slot.lent = false;
      if (!slot.changed) this.#dropValue(slot);
    }
  }

  delete(key: string, slot?: string): void {
    const entry = this.#keys.get(key);
    if (!entry) return;
    const doomed = slot === undefined ? [...entry.slots.values()] : [entry.slots.get(slot)];
    for (const found of doomed) {
      if (!found || found.deleted) continue;
      this.#touch(found);
      found.value = undefined;
      found.changed = true;
      this.#setDeleted(entry, found, true);
    }
  }

  *slots(key: string): Iterable<string> {
    const entry = this.#keys.get(key);
    if (!entry) return;
    for (const slot of entry.slots.values()) if (!slot.deleted) yield slot.name;
  }

  *keys(): Iterable<string> {
    for (const [key, entry] of this.#keys) if (entry.live > 0) yield key;
  }

  /**
   * Makes the present state the one to return to, and gives what changed since the last checkpoint, in the order of first
   * touch. Throws what JSON.stringify throws, leaving all as it was.
   */
  checkpoint(): SlotChange[] {
    const changes: SlotChange[] = [];
    const texts: (string | undefined)[] = this.#touched.map((slot) => {
      if (!slot.changed || slot.deleted) return undefined;
      const json: string | undefined = JSON.stringify(slot.value);
      if (json === undefined)
        throw new TypeError(`slot ${slot.name} of ${slot.owner.key} holds what JSON cannot carry`);
      return json;
    });
    const gone = new Set<string>();
    this.#alteredAfterPut = [];
    this.#touched.forEach((slot, index) => {
      if (!slot.changed) return;
      slot.changed = false;
      const json = texts[index];
      if (this.#audited && json !== undefined && json !== this.#putAs.get(slot)) this.#alteredAfterPut.push(slot);
      if (json !== slot.json) {
        this.#addChange(changes, gone, slot, json);
        slot.saved = this.#interval;
        this.#setJson(slot, json);
      }
      if (slot.deleted) this.#remove(slot);
      else if (!slot.lent) this.#dropValue(slot);
    });
    this.#nextInterval();
    return changes;
  }

  /** Returns to the last checkpoint. Objects handed out before are no longer the store's. */
  rollback(): void {
    for (const slot of this.#touched) {
      slot.value = undefined;
      this.#dropped.delete(slot);
      slot.changed = false;
      this.#setDeleted(slot.owner, slot, slot.json === undefined);
      if (slot.json === undefined) this.#remove(slot);
    }
    this.#nextInterval();
  }

  /** Sets a slot as the changelog says. Not to be mixed with uncommitted changes. */
  restore({ key, slot, json }: SlotChange): void {
    if (slot === undefined) {
      for (const { name } of [...(this.#keys.get(key)?.slots.values() ?? [])]) {
        this.restore({ key, slot: name, json: undefined });
      }
      return;
    }
    const entry = this.#keys.get(key) ?? this.#addKey(key);
    const found = entry.slots.get(slot);
    if (json === undefined) {
      if (found) {
        this.#setJson(found, undefined);
        this.#setDeleted(entry, found, true);
        this.#remove(found);
      } else if (entry.slots.size === 0) this.#keys.delete(key);
      return;
    }
    if (found) {
      this.#setJson(found, json);
      found.value = undefined;
      return;
    }
    const restored = newSlot(entry, slot);
    this.#setJson(restored, json);
    entry.slots.set(slot, restored);
    this.#setDeleted(entry, restored, false);
  }

  /**
   * All slots as of the last checkpoint before this call, but those that a checkpoint changes while one iterates: so it comes
   * to an end however fast slots come.
   */
  saved(): Iterator<SlotChange> {
    return this.#savedBefore(this.#interval);
  }

  *#savedBefore(interval: number): Generator<SlotChange> {
    for (const entry of this.#keys.values()) {
      for (const { name, json, saved } of entry.slots.values()) {
        if (json !== undefined && saved < interval) yield { key: entry.key, slot: name, json };
      }
    }
  }

  /**
   * Slots, as `key/slot`, whose live value was altered without a `put`; of an audited store also those that were altered between their
   * last `put` and the last checkpoint, which another place of that checkpoint would have written otherwise. Costly: for tests.
   */
  *alteredWithoutPut(): Generator<string> {
    for (const { owner, name } of this.#alteredAfterPut) yield `${owner.key}/${name}`;
    for (const entry of this.#keys.values()) {
      for (const slot of entry.slots.values()) {
        const value = slot.value ?? this.#dropped.get(slot);
        if (slot.changed || value === undefined) continue;
        if (JSON.stringify(value) !== slot.json) yield `${entry.key}/${slot.name}`;
      }
    }
  }

  /** A key that loses all it had is one entry, not one for each slot. */
  #addChange(changes: SlotChange[], gone: Set<string>, { owner, name }: Slot, json: string | undefined): void {
    const { key } = owner;
    if (json === undefined && owner.live === 0) {
      if (!gone.has(key)) changes.push({ key, slot: undefined, json });
      gone.add(key);
      return;
    }
    changes.push({ key, slot: name, json });
  }

  #setJson(slot: Slot, json: string | undefined): void {
    this.#savedBytes += bytesOf(slot, json) - bytesOf(slot, slot.json);
    slot.json = json;
  }

  #addKey(key: string): Key {
    const entry: Key = { key, slots: new Map(), live: 0 };
    this.#keys.set(key, entry);
    return entry;
  }

  #dropValue(slot: Slot): void {
    if (this.#audited && slot.value !== undefined) this.#dropped.set(slot, slot.value);
    slot.value = undefined;
  }

  #touch(slot: Slot): void {
    if (slot.touched === this.#interval) return;
    slot.touched = this.#interval;
    this.#touched.push(slot);
  }

  #nextInterval(): void {
    this.#touched = [];
    this.#interval++;
  }

  #setDeleted(entry: Key, slot: Slot, deleted: boolean): void {
    if (slot.deleted === deleted) return;
    slot.deleted = deleted;
    entry.live += deleted ? -1 : 1;
    if (deleted && entry.live === 0) this.#size--;
    if (!deleted && entry.live === 1) this.#size++;
  }

  #remove({ owner, name }: Slot): void {
    owner.slots.delete(name);
    if (owner.slots.size === 0) this.#keys.delete(owner.key);
  }
}

/** Looks for its key's entry once, as long as that stays in the store. */
class SlotsOfKey implements KeySlots {
  derived: unknown = undefined;
  readonly #store: SlotStore;
  readonly #key: string;
  #known: Key | undefined;

  constructor(store: SlotStore, key: string) {
    this.#store = store;
    this.#key = key;
  }

  get<S>(slot: string): S | undefined {
    return this.#store.getIn<S>(this.#entry(), slot);
  }

  put<S>(slot: string, value: S): void {
    this.#known = this.#store.putIn(this.#entry(), this.#key, slot, value);
  }

  delete(slot: string): void {
    this.#store.delete(this.#key, slot);
  }

  keys(): Iterable<string> {
    return this.#store.slots(this.#key);
  }

  #entry(): Key | undefined {
    if (!this.#known || this.#known.slots.size === 0) this.#known = this.#store.entryOf(this.#key);
    return this.#known;
  }
}

import type { KeyedStore } from './topology.ts';

/** The slots of one key of a store, under the key's own roof. */
export interface KeySlots {
  get<S>(slot: string): S | undefined;
  put<S>(slot: string, value: S): void;
  delete(slot: string): void;
  keys(): Iterable<string>;
}

/** A store as one key sees it. */
export function slotsOf(store: KeyedStore, key: string): KeySlots {
  return {
    get: (slot) => store.get(key, slot),
    put: (slot, value) => store.put(key, slot, value),
    delete: (slot) => store.delete(key, slot),
    keys: () => store.slots(key),
  };
}

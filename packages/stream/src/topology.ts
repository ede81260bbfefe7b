import type { RecordName, RecordTypes } from '@spanwise/schemas';

/**
 * The state of one input partition: values by key and slot. A slot is what is written when it changes, so what changes
 * apart belongs in slots apart. Values are objects that JSON carries unharmed. What `get` gives is live: it is the same until
 * `release`, and who alters it must `put` it again.
 */
export interface KeyedStore {
  get<S>(key: string, slot: string): S | undefined;
  /**
   * Sets a slot and marks it changed; it is serialised once, before the next commit. Throws where key and slot have more
   * than 32 Ki characters: no changelog message could carry them.
   */
  put(key: string, slot: string, value: unknown): void;
  /** Deletes one slot, or all slots of the key. Timers stay: see `ProcessorContext.cancel`. */
  delete(key: string, slot?: string): void;
  /** Names of the key's slots, in no particular order: a restored store has another one. */
  slots(key: string): Iterable<string>;
  /** In no particular order either. */
  keys(): Iterable<string>;
  /** The slots of one key, for who uses them often. */
  slotsOf(key: string): KeySlots;
  /** No object of this key's slots is held any more: they need not be kept alive. */
  release(key: string): void;
  /** Number of keys that have a slot. */
  readonly size: number;
  /**
   * About the bytes that a snapshot would take now: a function of what the store holds, and of no commit. Serialises what
   * changed since the last one, so it is to be asked now and then, not for every record.
   */
  readonly bytes: number;
}

/** The slots of one key of a store. */
export interface KeySlots {
  get<S>(slot: string): S | undefined;
  put<S>(slot: string, value: S): void;
  delete(slot: string): void;
  keys(): Iterable<string>;
  /** What their holder derives of them: no state, and gone with this object. */
  derived: unknown;
}

export interface ProcessorContext {
  /** The partition's clock in ms: the running maximum of its messages' broker append times. */
  readonly streamTime: number;
  /** Append time in ms at which the present record came, never less than an earlier one's; in `punctuate`, the time the timer was set for. */
  readonly dueTime: number;
  readonly partition: number;
  readonly store: KeyedStore;
  /**
   * Sends a record with the next commit, to the partition that the key chooses. Throws when the topology does not name
   * the topic as an output, when the record does not fit its schema, or is larger than Kafka takes.
   */
  forward<N extends RecordName>(topic: string, key: string, record: RecordTypes[N]): void;
  /** Sends a copy of a record to every partition of the topic, with the next commit. Throws as `forward` does. */
  forwardToAll<N extends RecordName>(topic: string, record: RecordTypes[N]): void;
  /**
   * Calls `punctuate(key, timer)` when the clock reaches `atMs`; replaces a timer of the same key and name. Timers are state;
   * throws as `KeyedStore.put` does.
   */
  schedule(key: string, timer: string, atMs: number): void;
  cancel(key: string, timer: string): void;
}

/**
 * The logic of one input partition. It is given everything it may use: no I/O, no clocks, no randomness. Between two
 * commits it may keep counters and aggregates of its own; at a commit it flushes them, and what lasts longer lies in the
 * store. The engine may discard an instance at any time and go on, from the last commit, with a new one.
 */
export interface Processor<I> {
  /** A record, in due order. When it throws, all that it did is undone and the record becomes a dead letter. */
  process(record: I, context: ProcessorContext): void;
  /** A timer that was scheduled. When it throws, all that it did is undone; see `Topology.keyOf` for what becomes of the key. */
  punctuate(key: string, timer: string, context: ProcessorContext): void;
  /** Before each commit: flush aggregates through `forward`. */
  beforeCommit?(context: ProcessorContext): void;
  /** After the transaction has committed: here, and only here, counters that the world sees may move. */
  afterCommit?(): void;
}

/** Holds records back for `delayMs` of log time and releases those of one group in the order of their end. See `ReorderBuffer`. */
export interface Reorder<R> {
  delayMs: number;
  groupOf(record: R): string;
  endTimeOf(record: R): number;
  /** Decides between records of one group that ended at the same time. */
  idOf(record: R): string;
}

/** Brings a slot's value from one state version to the next; undefined drops the slot. */
export type Migration = (key: string, slot: string, value: unknown) => unknown;

export interface Topology<I extends RecordName> {
  /** Consumer group, and first part of the transactional ids. */
  name: string;
  /** Topic read. */
  input: string;
  inputRecord: I;
  /** Topics written, and the record that their blocks carry. */
  outputs: Readonly<Record<string, RecordName>>;
  /** Topic of the state; has as many partitions as `input`. */
  changelog: string;
  /** Version of what the slots hold. State of an older version is migrated; of a newer one, refused. */
  stateVersion: number;
  /** `migrate[v]` makes version v + 1 of version v. */
  migrate?: Readonly<Record<number, Migration>>;
  /** The key whose state a record touches: the Kafka key of the record's dead letter. */
  keyOf(record: RecordTypes[I]): string;
  reorder?: Reorder<RecordTypes[I]>;
  createProcessor(partition: number): Processor<RecordTypes[I]>;
}

/** Topic of dead letters: an output of every topology. */
export const DEAD_LETTERS = 'dead-letters';

import type { CommittedOffset, OutgoingMessage } from './broker.ts';
import { MemoryGroup } from './memory-group.ts';
import { MemoryLog, type MemoryTransaction } from './memory-log.ts';

interface TransactionalId {
  epoch: number;
  open: { transaction: MemoryTransaction; touched: Set<MemoryLog> } | undefined;
}

/** Topics, groups and transactions in memory; what `MemoryBroker`s are clients of. */
export class MemoryCluster {
  readonly #topics = new Map<string, MemoryLog[]>();
  readonly #groups = new Map<string, MemoryGroup>();
  readonly #transactionalIds = new Map<string, TransactionalId>();
  readonly #offsets = new Map<string, CommittedOffset>();
  readonly #now: () => number;

  /** `now`: the clock that stamps appended messages, ms. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  createTopic(topic: string, partitions: number): void {
    this.#topics.set(
      topic,
      Array.from({ length: partitions }, () => new MemoryLog()),
    );
  }

  partitions(topic: string): readonly MemoryLog[] {
    const found = this.#topics.get(topic);
    if (!found) throw new Error(`there is no topic ${topic}`);
    return found;
  }

  log(topic: string, partition: number): MemoryLog {
    const found = this.partitions(topic)[partition];
    if (!found) throw new Error(`${topic} has no partition ${partition}`);
    return found;
  }

  group(name: string, topic: string): MemoryGroup {
    let group = this.#groups.get(name);
    if (!group) {
      group = new MemoryGroup(topic, this.partitions(topic));
      this.#groups.set(name, group);
    }
    return group;
  }

  append({ topic, partition, value }: OutgoingMessage): number {
    const offset = this.log(topic, partition).append(value, this.#now());
    this.#changed();
    return offset;
  }

  committed(group: string, topic: string, partition: number): CommittedOffset | undefined {
    return this.#offsets.get(`${group}/${topic}/${partition}`);
  }

  /** What an operator does to a group that nobody is in: an offset without metadata. */
  resetOffset(group: string, topic: string, partition: number, offset: number): void {
    this.#offsets.set(`${group}/${topic}/${partition}`, { offset, metadata: '' });
  }

  /** A new epoch of a transactional id: an open transaction of an earlier one is aborted. */
  initTransactions(id: string): number {
    const entry = this.#transactionalIds.get(id) ?? { epoch: 0, open: undefined };
    this.#transactionalIds.set(id, entry);
    entry.epoch++;
    this.#end(entry, 'aborted');
    return entry.epoch;
  }

  /** Gives the messages' offsets. Throws when a later epoch has begun, as does `commit`. */
  send(id: string, epoch: number, messages: readonly OutgoingMessage[]): number[] {
    const entry = this.#current(id, epoch);
    entry.open ??= { transaction: { state: 'open' }, touched: new Set() };
    const { transaction, touched } = entry.open;
    return messages.map(({ topic, partition, value }) => {
      const log = this.log(topic, partition);
      touched.add(log);
      return log.append(value, this.#now(), transaction);
    });
  }

  commit(id: string, epoch: number, offsets: ReadonlyMap<string, CommittedOffset> = new Map()): void {
    this.#end(this.#current(id, epoch), 'committed');
    for (const [place, offset] of offsets) this.#offsets.set(place, offset);
  }

  #current(id: string, epoch: number): TransactionalId {
    const entry = this.#transactionalIds.get(id);
    if (entry?.epoch !== epoch) throw new Error(`the producer of ${id} is fenced: a newer one has begun`);
    return entry;
  }

  #end(entry: TransactionalId, state: 'committed' | 'aborted'): void {
    if (!entry.open) return;
    entry.open.transaction.state = state;
    for (const log of entry.open.touched) log.mark(this.#now());
    entry.open = undefined;
    this.#changed();
  }

  #changed(): void {
    for (const group of this.#groups.values()) group.wake();
  }
}

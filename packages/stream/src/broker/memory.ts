import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type {
  Broker,
  BrokerMessage,
  CommittedOffset,
  GroupListener,
  GroupMember,
  OutgoingMessage,
  Transaction,
  TransactionalProducer,
} from './broker.ts';
import type { MemoryCluster } from './memory-cluster.ts';
import type { MemoryGroup, MemoryMember } from './memory-group.ts';

/** Where a call can be made to fail: before it has its effect, after it (`after-…`), or on its way (`visit`: a message was read). */
export const FAULT_POINTS = [
  'connect',
  'join',
  'fence',
  'after-fence',
  'committed',
  'watermarks',
  'read',
  'visit',
  'send',
  'after-send',
  'before-commit',
  'after-commit',
  'append',
  'after-append',
  'delete',
  'after-delete',
] as const;
export type FaultPoint = (typeof FAULT_POINTS)[number];

/**
 * The broker interface in memory: one process's client of a `MemoryCluster`. It can be frozen, as a stopped process is,
 * and made to fail.
 */
export class MemoryBroker implements Broker {
  readonly #cluster: MemoryCluster;
  readonly #members: { group: MemoryGroup; member: MemoryMember }[] = [];
  #thawed: PromiseWithResolvers<void> | undefined;
  /** Called at every point; what it throws is what the call throws, and a freeze holds it there. A commit that throws at 'after-commit' has committed. */
  fault: (point: FaultPoint) => void = () => {};

  constructor(cluster: MemoryCluster) {
    this.#cluster = cluster;
  }

  /** Stops the process as SIGSTOP does, and lets its sessions expire. */
  freeze(): void {
    this.#thawed = Promise.withResolvers();
    for (const { group, member } of this.#members) {
      member.frozen = true;
      group.remove(member);
    }
  }

  /** The process goes on with what it was doing, and learns by its next heartbeat that its session has expired. */
  thaw(): void {
    this.#thawed?.resolve();
    this.#thawed = undefined;
    for (const membership of this.#members) {
      const { group, member } = membership;
      member.frozen = false;
      setImmediate(() => {
        if (!member.frozen && !group.has(member) && this.#members.includes(membership)) group.add(member);
      });
    }
  }

  /** The group puts its members out, and they notice at once: kafkajs' crash for good. */
  expel(error: Error): void {
    for (const { group, member } of this.#members.splice(0)) {
      if (!group.has(member)) continue;
      group.remove(member);
      member.listener.onCrash(error);
    }
  }

  async partitionsOf(topic: string): Promise<number> {
    await this.#reach('connect');
    return this.#cluster.partitions(topic).length;
  }

  async join(groupName: string, topic: string, listener: GroupListener): Promise<GroupMember> {
    await this.#reach('join');
    const group = this.#cluster.group(groupName, topic);
    const member = group.join(listener);
    const membership = { group, member };
    this.#members.push(membership);
    return {
      seek: (partition, offset) => {
        if (!member.assigned.includes(partition)) return;
        member.positions.set(partition, offset);
        member.paused.delete(partition);
        group.wake();
      },
      pause: (partition) => void member.paused.add(partition),
      resume: (partition) => {
        member.paused.delete(partition);
        group.wake();
      },
      confirm: async (signal) => {
        await this.#alive();
        signal.throwIfAborted();
        if (!group.has(member) && this.#members.includes(membership)) group.add(member);
        await turn();
        return member.assigned;
      },
      close: async () => {
        const index = this.#members.indexOf(membership);
        if (index >= 0) this.#members.splice(index, 1);
        if (group.has(member)) group.remove(member);
      },
    };
  }

  async transactionalProducer(id: string): Promise<TransactionalProducer> {
    await this.#reach('connect');
    const cluster = this.#cluster;
    let epoch: number | undefined;
    let broken = false;
    const use = async <T>(work: (epoch: number) => Promise<T>): Promise<T> => {
      if (broken) throw new Error(`the producer of ${id} failed before`);
      broken = true;
      epoch ??= cluster.initTransactions(id);
      const result = await work(epoch);
      broken = false;
      return result;
    };
    return {
      fence: (message) =>
        use(async (current) => {
          await this.#reach('fence');
          const [offset] = cluster.send(id, current, [message]);
          cluster.commit(id, current);
          await this.#reach('after-fence');
          return offset as number;
        }),
      transact: (transaction) => use((current) => this.#transact(id, current, transaction)),
      close: async () => {},
    };
  }

  async read(
    topic: string,
    partition: number,
    fromOffset: number,
    toOffset: number,
    visit: (message: BrokerMessage) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const log = this.#cluster.log(topic, partition);
    for (let position = fromOffset; position <= toOffset; ) {
      await this.#reach('read');
      signal.throwIfAborted();
      const { messages, endOffset } = log.read(position, 100);
      for (const message of messages) {
        if (message.offset > toOffset) break;
        visit(message);
        this.fault('visit');
      }
      if (endOffset === position) await sleep(1);
      position = endOffset;
    }
  }

  async committed(group: string, topic: string, partition: number): Promise<CommittedOffset | undefined> {
    await this.#reach('committed');
    return this.#cluster.committed(group, topic, partition);
  }

  async watermarks(topic: string, partition: number): Promise<{ low: number; high: number }> {
    await this.#reach('watermarks');
    const { low, high } = this.#cluster.log(topic, partition);
    return { low, high };
  }

  async append(message: OutgoingMessage): Promise<void> {
    await this.#reach('append');
    this.#cluster.append(message);
    await this.#reach('after-append');
  }

  async deleteRecords(topic: string, partition: number, beforeOffset: number): Promise<void> {
    await this.#reach('delete');
    this.#cluster.log(topic, partition).deleteBefore(beforeOffset);
    await this.#reach('after-delete');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { group, member } of this.#members) if (group.has(member)) group.remove(member);
  }

  async #transact(id: string, epoch: number, transaction: Transaction): Promise<void> {
    const bases: Map<string, number>[] = [];
    for (const messages of transaction.sends) {
      await this.#reach('send');
      const base = new Map<string, number>();
      this.#cluster.send(id, epoch, messages).forEach((offset, index) => {
        const { topic, partition } = messages[index] as OutgoingMessage;
        if (!base.has(`${topic}/${partition}`)) base.set(`${topic}/${partition}`, offset);
      });
      bases.push(base);
      await this.#reach('after-send');
    }
    const offset = transaction.offset((send, topic, partition) => bases[send]?.get(`${topic}/${partition}`));
    await this.#reach('before-commit');
    const place = `${transaction.group}/${transaction.topic}/${transaction.partition}`;
    this.#cluster.commit(id, epoch, new Map([[place, offset]]));
    await this.#reach('after-commit');
  }

  async #reach(point: FaultPoint): Promise<void> {
    await this.#alive();
    this.fault(point);
    await this.#thawed?.promise;
  }

  async #alive(): Promise<void> {
    await turn();
    await this.#thawed?.promise;
  }
}

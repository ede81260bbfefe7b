import type { GroupListener } from './broker.ts';
import type { MemoryLog } from './memory-log.ts';
import { assignSticky } from './sticky-assigner.ts';

const BATCH_MESSAGES = 100;

/** One member of a group in memory. */
export class MemoryMember {
  readonly id: string;
  readonly listener: GroupListener;
  readonly positions = new Map<number, number>();
  readonly paused = new Set<number>();
  assigned: readonly number[] = [];
  /** A frozen process: nothing reaches it. */
  frozen = false;

  constructor(id: string, listener: GroupListener) {
    this.id = id;
    this.listener = listener;
  }
}

/** A consumer group in memory: assigns at once, delivers whenever the event loop turns. */
export class MemoryGroup {
  readonly #topic: string;
  readonly #logs: readonly MemoryLog[];
  #members: MemoryMember[] = [];
  #next = 1;
  #generation = 0;
  #pumping = false;

  constructor(topic: string, logs: readonly MemoryLog[]) {
    this.#topic = topic;
    this.#logs = logs;
  }

  join(listener: GroupListener): MemoryMember {
    const member = new MemoryMember(`${this.#topic}-${String(this.#next++).padStart(6, '0')}`, listener);
    this.add(member);
    return member;
  }

  has(member: MemoryMember): boolean {
    return this.#members.includes(member);
  }

  add(member: MemoryMember): void {
    this.#members.push(member);
    this.#rebalance();
  }

  /** It left, or its session expired: then it does not know. */
  remove(member: MemoryMember): void {
    this.#members = this.#members.filter((other) => other !== member);
    this.#rebalance();
  }

  wake(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      let delivered = false;
      for (const member of this.#members) {
        if (!member.frozen && this.#deliver(member)) delivered = true;
      }
      if (delivered) this.wake();
    });
  }

  #rebalance(): void {
    const members = this.#members.map((member) => ({ id: member.id, owned: [...member.positions.keys()] }));
    const assignment = assignSticky(members, this.#logs.length);
    this.#generation++;
    for (const member of this.#members) {
      const assigned = assignment.get(member.id) ?? [];
      const generation = this.#generation;
      // a member learns of it a while later, and until then does as before
      setImmediate(() => {
        if (!member.frozen && generation === this.#generation) this.#assign(member, assigned);
      });
    }
    this.wake();
  }

  #assign(member: MemoryMember, assigned: readonly number[]): void {
    member.assigned = assigned;
    for (const partition of [...member.positions.keys()]) {
      if (!assigned.includes(partition)) member.positions.delete(partition);
    }
    member.listener.onAssigned(assigned);
  }

  #deliver(member: MemoryMember): boolean {
    let delivered = false;
    for (const [partition, position] of member.positions) {
      const log = this.#logs[partition];
      if (!log || member.paused.has(partition)) continue;
      if (position > log.high) {
        member.positions.delete(partition);
        member.listener.onTruncatedInput({ partition, position, end: log.high });
        continue;
      }
      if (position < log.low) member.listener.onLostInput({ partition, from: position, to: log.low });
      const { messages, endOffset } = log.read(position, BATCH_MESSAGES);
      if (endOffset === position) continue;
      member.positions.set(partition, endOffset);
      delivered = true;
      member.listener.onBatch({ partition, messages, endOffset, highWatermark: log.high });
    }
    return delivered;
  }
}

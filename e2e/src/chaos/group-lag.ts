import { sinks } from '@spanwise/store';
import type { Admin, Kafka } from 'kafkajs';
import { LagClock } from './lag-clock.ts';

/** What each group reads. */
export const READ_BY: Readonly<Record<string, readonly string[]>> = {
  detect: ['spans'],
  correlate: ['signals'],
  store: sinks.map(({ topic }) => topic),
};

/** Ends of transactions have offsets, too, and nobody commits behind those that no record follows. */
const MARKERS = 16;

export interface Lag {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly messages: number;
  readonly behindMs: number;
  /** When the committed offset was last seen to move, by the clock of `performance`, milliseconds */
  readonly movedAtMs: number;
}

/** Watches how far behind the committed offsets of all groups are. */
export class GroupLag implements AsyncDisposable {
  readonly #kafka: Kafka;
  readonly #clocks = new Map<string, LagClock>();
  #admin: Admin | undefined;

  constructor(kafka: Kafka) {
    this.#kafka = kafka;
  }

  /**
   * The lag of every partition of every group now.
   *
   * @throws KafkaJSError while the broker does not answer
   */
  async read(): Promise<Lag[]> {
    try {
      const admin = await this.#connected();
      const topics = [...new Set(Object.values(READ_BY).flat())];
      const ends = new Map(
        await Promise.all(topics.map(async (topic) => [topic, await this.#endsOf(admin, topic)] as const)),
      );
      const groups = await Promise.all(
        Object.entries(READ_BY).map(async ([group, read]) => ({
          group,
          offsets: await admin.fetchOffsets({ groupId: group, topics: [...read] }),
        })),
      );
      const now = performance.now();
      return groups.flatMap(({ group, offsets }) =>
        offsets.flatMap(({ topic, partitions }) =>
          partitions.map(({ partition, offset }) => {
            const end = ends.get(topic)?.get(partition) ?? 0;
            const position = Math.max(0, Number(offset));
            const messages = Math.max(0, end - position);
            const clock = this.#clock(topic, partition);
            const behindMs = messages <= MARKERS ? 0 : clock.behindMs(now, position);
            return { group, topic, partition, messages, behindMs, movedAtMs: clock.movedAtMs(now, position) };
          }),
        ),
      );
    } catch (error) {
      const admin = this.#admin;
      this.#admin = undefined;
      await admin?.disconnect().catch(() => {});
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#admin?.disconnect().catch(() => {});
  }

  async #endsOf(admin: Admin, topic: string): Promise<Map<number, number>> {
    const ends = new Map<number, number>();
    const offsets = await admin.fetchTopicOffsets(topic);
    const now = performance.now();
    for (const { partition, high } of offsets) {
      ends.set(partition, Number(high));
      this.#clock(topic, partition).note(now, Number(high));
    }
    return ends;
  }

  #clock(topic: string, partition: number): LagClock {
    const id = `${topic}/${partition}`;
    let clock = this.#clocks.get(id);
    if (!clock) {
      clock = new LagClock();
      this.#clocks.set(id, clock);
    }
    return clock;
  }

  async #connected(): Promise<Admin> {
    if (!this.#admin) {
      const admin = this.#kafka.admin();
      await admin.connect();
      this.#admin = admin;
    }
    return this.#admin;
  }
}

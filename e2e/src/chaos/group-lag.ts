import { sinks } from '@spanwise/store';
import type { Admin, Kafka } from 'kafkajs';
import { LagClock } from './lag-clock.ts';

/** What each group reads. */
export const READ_BY: Readonly<Record<string, readonly string[]>> = {
  ingest: ['otlp_spans'],
  detect: ['spans'],
  correlate: ['signals'],
  store: sinks.map(({ topic }) => topic),
};

/** Topics that are written outside of transactions. */
const PLAIN: ReadonlySet<string> = new Set(['spans', 'otlp_spans']);
/** In all others, ends of transactions have offsets, too, and nobody commits behind those that no record follows. */
const MARKERS = 16;

export interface Lag {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly messages: number;
  readonly behindMs: number;
  /** Since when the committed offset has moved for certain, by the clock of `performance`, milliseconds; 0: not at all */
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
            const clock = this.#clock(group, topic, partition);
            clock.note(now, end);
            const behindMs = messages <= (PLAIN.has(topic) ? 0 : MARKERS) ? 0 : clock.behindMs(now, position);
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
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
  }

  /** Every group stands elsewhere in a partition that several read. */
  #clock(group: string, topic: string, partition: number): LagClock {
    const id = `${group} ${topic}/${partition}`;
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

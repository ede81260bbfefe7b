import { setTimeout as sleep } from 'node:timers/promises';
import { decodeResumePoint } from '@spanwise/stream';
import type { Kafka } from 'kafkajs';

const EVERY_MS = 40;
/** So long may pass without any progress: a service that was killed needs some time to come back. */
const PATIENCE_MS = 120_000;

/** Offsets by partition */
export type Ends = ReadonlyMap<number, number>;

/** How far a topic is written, one past the last of each partition. */
export async function endsOf(kafka: Kafka, topic: string): Promise<Ends> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)]));
  } finally {
    await admin.disconnect();
  }
}

/** Waits for a group of the engine to have committed what it makes of a topic, but for records that it holds to reorder them. */
export class GroupProgress implements AsyncDisposable {
  readonly #admin: ReturnType<Kafka['admin']>;
  readonly #groupId: string;
  readonly #topic: string;

  private constructor(admin: ReturnType<Kafka['admin']>, groupId: string, topic: string) {
    this.#admin = admin;
    this.#groupId = groupId;
    this.#topic = topic;
  }

  static async open(kafka: Kafka, groupId: string, topic: string): Promise<GroupProgress> {
    const admin = kafka.admin();
    await admin.connect();
    return new GroupProgress(admin, groupId, topic);
  }

  /**
   * @param ends offsets of the partitions that are waited for
   * @throws Error when nothing moves for two minutes; the signal's reason
   */
  async reach(ends: Ends, signal?: AbortSignal): Promise<void> {
    if (await this.reaches(ends, PATIENCE_MS, signal)) return;
    const behind = await this.#behind(ends);
    throw new Error(`${this.#groupId} is ${behind} messages of ${this.#topic} behind and does not go on`);
  }

  /**
   * The same; false when nothing moves for `patienceMs`.
   *
   * @throws the signal's reason
   */
  async reaches(ends: Ends, patienceMs: number, signal?: AbortSignal): Promise<boolean> {
    let last = Number.POSITIVE_INFINITY;
    let movedAt = performance.now();
    for (;;) {
      signal?.throwIfAborted();
      const behind = await this.#behind(ends);
      if (behind === 0) return true;
      if (behind !== last) movedAt = performance.now();
      last = behind;
      if (performance.now() - movedAt > patienceMs) return false;
      await sleep(EVERY_MS, undefined, signal ? { signal } : {});
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#admin.disconnect();
  }

  async #behind(ends: Ends): Promise<number> {
    const [fetched] = await this.#admin.fetchOffsets({ groupId: this.#groupId, topics: [this.#topic] });
    const committed = new Map(fetched?.partitions.map((each) => [each.partition, nextOffsetOf(each)]));
    return [...ends].reduce((sum, [partition, end]) => sum + Math.max(0, end - (committed.get(partition) ?? 0)), 0);
  }
}

/** The committed offset itself is where the oldest record that is held lies. */
function nextOffsetOf({ offset, metadata }: { offset: string; metadata: string | null }): number {
  return decodeResumePoint({ offset: Number(offset), metadata: metadata ?? '' })?.nextOffset ?? 0;
}

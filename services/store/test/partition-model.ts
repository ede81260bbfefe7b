/** One partition of Kafka and one table of ClickHouse, as far as a partition writer can tell, and owners that crash. */
import { createLogger, createRegistry } from '@spanwise/runtime';
import { createStoreMetrics } from '../src/metrics.ts';
import { sinks } from '../src/sinks.ts';
import { judge, type Message } from '../src/writer/batch.ts';
import { DeduplicationWindow } from '../src/writer/deduplication-window.ts';
import type { Insert, InsertOutcome } from '../src/writer/inserter.ts';
import { decodeIntent, MAX_METADATA_BYTES } from '../src/writer/intent.ts';
import { PartitionWriter } from '../src/writer/partition-writer.ts';

export interface Life {
  /** Rows at which a batch ends */
  rows: number;
  /**
   * At which step into the outside the process dies, before or after the step had its effect. With `wakes` it was only frozen:
   * at that step of its successor it goes on, with this step too, until it learns that the partition is another's.
   */
  crash?: { step: number; done: boolean; wakes?: number | undefined };
  /** Offset of a block that the table refuses */
  refused?: number;
  /** So many inserts are too large for the memory that the table has at first */
  tooLarge?: number;
  /** Messages before this offset come only; the owner is then asked to end in order */
  upTo?: number;
  /** So many messages before each come once more with it, as after a pause */
  again?: number;
}

const logger = createLogger('store', 'silent');
const registry = createRegistry();
const metrics = createStoreMetrics(registry, {
  lagByTopic: () => [],
  oldestUnstoredByTopic: () => [],
  bufferedBytes: () => 0,
  haltedPartitions: () => 0,
  windowUseByTable: () => [],
});

export class PartitionModel {
  readonly #messages: Message[] = [];
  /** Inserts that the table took, one per token */
  inserts: { token: string; offsets: number[]; counts: number[] }[] = [];
  deadLetters: number[] = [];
  halts: string[] = [];
  committed: { offset: number; metadata: string } = { offset: -1, metadata: '' };
  /** Inserts that the table dropped, since it knew their token */
  dropped = 0;
  #generation = 0;
  #tooLarge = 0;
  #zombie: Zombie | undefined;

  constructor(log: { value: Buffer; gap: number }[]) {
    let offset = 0;
    for (const { value, gap } of log) {
      offset += gap;
      this.#messages.push({ offset, timestamp: 1_000 + offset, key: null, value });
      offset++;
    }
  }

  get end(): number {
    return (this.#messages.at(-1)?.offset ?? -1) + 1;
  }

  replace(offset: number, value: Buffer): void {
    const message = this.#messages.find((candidate) => candidate.offset === offset);
    if (message) message.value = value;
  }

  badOffsets(): number[] {
    return this.#verdicts()
      .filter(({ verdict }) => verdict.kind === 'dead')
      .map(({ offset }) => offset);
  }

  goodOffsets(): number[] {
    return this.expected().map(({ offset }) => offset);
  }

  /** Each block's offset and records, as the table should have them. */
  expected(): { offset: number; count: number }[] {
    return this.#verdicts().flatMap(({ offset, verdict }) =>
      verdict.kind === 'records' ? [{ offset, count: verdict.count }] : [],
    );
  }

  stored(): { offset: number; count: number }[] {
    return this.inserts
      .flatMap(({ offsets, counts }) => offsets.map((offset, i) => ({ offset, count: counts[i] ?? 0 })))
      .sort((a, b) => a.offset - b.offset);
  }

  /** An owner takes the partition from its committed offset on, to the end or to its crash. */
  async live(life: Life): Promise<void> {
    const { rows, crash, refused, tooLarge = 0, upTo = Number.POSITIVE_INFINITY, again = 0 } = life;
    const generation = ++this.#generation;
    this.#tooLarge = tooLarge;
    const former = this.#zombie;
    this.#zombie = undefined;
    const { frozen, wake, step } = mortality(crash, async (number) => {
      if (number === former?.wakes) await former.wake();
    });
    const [sink] = sinks;
    if (!sink) throw new Error('no sinks');
    const writer = new PartitionWriter(
      'spans',
      0,
      sink,
      { rows, bytes: 1e9, ageMs: 1e6 },
      {
        insert: (insert) => step(() => this.#insert(insert, refused)),
        writeDeadLetters: (_topic, _partition, dead) =>
          step(() => {
            this.deadLetters.push(...dead.map(({ message }) => message.offset));
          }),
        onRoom: () => {},
        onHalt: (why) => this.halts.push(why),
        window: new DeduplicationWindow(),
        metrics,
        logger,
      },
    );
    const { offset, metadata } = this.committed;
    writer.begin(offset < 0 ? undefined : offset, decodeIntent(metadata));
    const commit = (to: number, text: string) =>
      step(() => {
        if (generation !== this.#generation) throw new Error('the group has a new generation');
        if (text.length > MAX_METADATA_BYTES) this.halts.push(`metadata of ${text.length} bytes`);
        this.committed = { offset: to, metadata: text };
      });
    const coming = this.#messages.filter((message) => message.offset >= offset && message.offset < upTo);
    for (const [i] of coming.entries()) writer.take(coming.slice(Math.max(0, i - again), i + 1), commit);
    const flushed = writer.flush();
    await Promise.race([flushed, frozen]);
    await former?.wake();
    if (crash?.wakes === undefined) {
      void writer.close();
      return;
    }
    this.#zombie = {
      wakes: crash.wakes,
      wake: async () => {
        wake();
        // it goes on as far as the outside lets it, then hears of the rebalance
        for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
        await writer.close();
      },
    };
  }

  #verdicts() {
    return this.#messages.map((message) => ({ offset: message.offset, verdict: judge(message, 'Span') }));
  }

  #insert({ token, blocks }: Insert, refused: number | undefined): InsertOutcome {
    const offsets = blocks.map(
      ({ records }) =>
        this.#messages.find(
          ({ value }) => value && records.buffer === value.buffer && records.byteOffset === value.byteOffset + 20,
        )?.offset ?? -1,
    );
    if (this.#tooLarge > 0) {
      this.#tooLarge--;
      return { result: 'too_large', detail: 'as told' };
    }
    if (refused !== undefined && offsets.includes(refused)) return { result: 'refused', detail: 'as told' };
    if (this.inserts.some((insert) => insert.token === token)) this.dropped++;
    else this.inserts.push({ token, offsets, counts: blocks.map(({ count }) => count) });
    return { result: 'stored' };
  }
}

interface Zombie {
  wakes: number;
  wake(): Promise<void>;
}

/** Steps of a process that freezes at one of them: that step, and all after it, do not answer until it is woken. */
function mortality(crash: Life['crash'], onStep: (number: number) => Promise<void>) {
  const frozen = Promise.withResolvers<void>();
  const woken = Promise.withResolvers<void>();
  let steps = 0;
  const step = async <T>(effect: () => T): Promise<T> => {
    await Promise.resolve();
    const number = ++steps;
    await onStep(number);
    if (!crash || number < crash.step) return effect();
    const early = number === crash.step && crash.done ? { result: effect() } : undefined;
    frozen.resolve();
    await woken.promise;
    return early ? early.result : effect();
  };
  return { frozen: frozen.promise, wake: woken.resolve, step };
}

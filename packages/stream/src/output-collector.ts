import { BlockEncoder, type RecordName, type RecordTypes } from '@spanwise/schemas';
import type { OutgoingMessage } from './broker/broker.ts';
import { partitionForKey } from './partition.ts';

/** A block that has grown past this is finished. */
export const OUTPUT_MESSAGE_BYTES = 256 * 1024;
/** Largest record; together with a block just below its size it stays below Kafka's default limit of 1 MiB. */
export const MAX_RECORD_BYTES = 640 * 1024;

export interface OutputTopic {
  record: RecordName;
  partitions: number;
}

/** A block that is being filled, and the log time of its records where blocks bear one. */
interface OpenBlock {
  readonly encoder: BlockEncoder<RecordName>;
  time: number | undefined;
}

/**
 * Packs forwarded records into blocks, one per target partition and commit. What came since the last `seal` can be taken
 * back. Where records come with a log time, a block has one time only, and its message bears it.
 */
export class OutputCollector {
  readonly #topics: ReadonlyMap<string, OutputTopic>;
  readonly #blocks = new Map<string, OpenBlock[]>();
  #open: OutgoingMessage[] = [];
  #sealed: OutgoingMessage[] = [];
  #openRecords = 0;
  #sealedRecords = 0;
  #tooLarge: Error | undefined;

  constructor(topics: ReadonlyMap<string, OutputTopic>) {
    this.#topics = topics;
  }

  /** Records sealed since the last `take`. */
  get records(): number {
    return this.#sealedRecords;
  }

  /** @param time log time in ms that the record's message is to bear */
  add(topic: string, key: string, record: RecordTypes[RecordName], time?: number): void {
    const target = this.#target(topic);
    this.#addTo(partitionForKey(key, target.partitions), topic, target, record, time);
  }

  /** A copy for every partition of the topic. */
  addToAll(topic: string, record: RecordTypes[RecordName], time?: number): void {
    const target = this.#target(topic);
    for (let partition = 0; partition < target.partitions; partition++) {
      this.#addTo(partition, topic, target, record, time);
    }
  }

  #target(topic: string): OutputTopic {
    const target = this.#topics.get(topic);
    if (!target) throw new Error(`${topic} is not an output of this topology: name it in outputs`);
    return target;
  }

  #addTo(
    partition: number,
    topic: string,
    target: OutputTopic,
    record: RecordTypes[RecordName],
    time: number | undefined,
  ): void {
    const block = this.#block(topic, target, partition);
    const { encoder } = block;
    if (encoder.count > 0 && block.time !== time) this.#finish(topic, partition, block);
    block.time = time;
    const before = encoder.byteLength;
    encoder.add(record);
    this.#openRecords++;
    if (encoder.byteLength - before > MAX_RECORD_BYTES) {
      this.#tooLarge = new RangeError(
        `a ${target.record} of ${encoder.byteLength - before} bytes: at most ${MAX_RECORD_BYTES} fit into a message`,
      );
      throw this.#tooLarge;
    }
    if (encoder.byteLength > OUTPUT_MESSAGE_BYTES) this.#finish(topic, partition, block);
  }

  /** Throws, even if the processor caught it before, when there is a record too large to send. */
  check(): void {
    if (this.#tooLarge) throw this.#tooLarge;
  }

  /** Keeps what came since the last seal. */
  seal(): void {
    for (const [topic, blocks] of this.#blocks) {
      blocks.forEach((block, partition) => {
        if (block.encoder.count > 0) this.#finish(topic, partition, block);
      });
    }
    this.#sealed.push(...this.#open);
    this.#sealedRecords += this.#openRecords;
    this.#open = [];
    this.#openRecords = 0;
  }

  /** Forgets what came since the last seal. */
  rollback(): void {
    for (const blocks of this.#blocks.values()) {
      for (const { encoder } of blocks) if (encoder.count > 0) encoder.finish();
    }
    this.#open = [];
    this.#openRecords = 0;
    this.#tooLarge = undefined;
  }

  /** The sealed messages; they are no longer here afterwards. */
  take(): OutgoingMessage[] {
    this.#sealedRecords = 0;
    return this.#sealed.splice(0);
  }

  #finish(topic: string, partition: number, { encoder, time }: OpenBlock): void {
    this.#open.push({ topic, partition, value: encoder.finish(), ...(time === undefined ? {} : { time }) });
  }

  #block(topic: string, { record, partitions }: OutputTopic, partition: number): OpenBlock {
    let blocks = this.#blocks.get(topic);
    if (!blocks) {
      blocks = Array.from({ length: partitions }, () => ({
        encoder: new BlockEncoder<RecordName>(record),
        time: undefined,
      }));
      this.#blocks.set(topic, blocks);
    }
    return blocks[partition] as OpenBlock;
  }
}

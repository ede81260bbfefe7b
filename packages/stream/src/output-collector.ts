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

/**
 * Packs forwarded records into blocks, one per target partition and commit. What came since the last `seal` can be taken
 * back.
 */
export class OutputCollector {
  readonly #topics: ReadonlyMap<string, OutputTopic>;
  readonly #encoders = new Map<string, BlockEncoder<RecordName>[]>();
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

  add(topic: string, key: string, record: RecordTypes[RecordName]): void {
    const target = this.#topics.get(topic);
    if (!target) throw new Error(`${topic} is not an output of this topology: name it in outputs`);
    const partition = partitionForKey(key, target.partitions);
    const encoder = this.#encoder(topic, target, partition);
    const before = encoder.byteLength;
    encoder.add(record);
    this.#openRecords++;
    if (encoder.byteLength - before > MAX_RECORD_BYTES) {
      this.#tooLarge = new RangeError(
        `a ${target.record} of ${encoder.byteLength - before} bytes: at most ${MAX_RECORD_BYTES} fit into a message`,
      );
      throw this.#tooLarge;
    }
    if (encoder.byteLength > OUTPUT_MESSAGE_BYTES) this.#finish(topic, partition, encoder);
  }

  /** Throws, even if the processor caught it before, when there is a record too large to send. */
  check(): void {
    if (this.#tooLarge) throw this.#tooLarge;
  }

  /** Keeps what came since the last seal. */
  seal(): void {
    for (const [topic, encoders] of this.#encoders) {
      encoders.forEach((encoder, partition) => {
        if (encoder.count > 0) this.#finish(topic, partition, encoder);
      });
    }
    this.#sealed.push(...this.#open);
    this.#sealedRecords += this.#openRecords;
    this.#open = [];
    this.#openRecords = 0;
  }

  /** Forgets what came since the last seal. */
  rollback(): void {
    for (const encoders of this.#encoders.values()) {
      for (const encoder of encoders.filter((used) => used.count > 0)) encoder.finish();
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

  #finish(topic: string, partition: number, encoder: BlockEncoder<RecordName>): void {
    this.#open.push({ topic, partition, value: encoder.finish() });
  }

  #encoder(topic: string, { record, partitions }: OutputTopic, partition: number): BlockEncoder<RecordName> {
    let encoders = this.#encoders.get(topic);
    if (!encoders) {
      encoders = Array.from({ length: partitions }, () => new BlockEncoder<RecordName>(record));
      this.#encoders.set(topic, encoders);
    }
    return encoders[partition] as BlockEncoder<RecordName>;
  }
}

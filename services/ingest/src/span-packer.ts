import { BlockEncoder, decodeBlock, type Span } from '@spanwise/schemas';
import { partitionForKey } from '@spanwise/stream';

/** A block is closed once it holds this much. */
const BLOCK_BYTES = 512 * 1024;

/** Largest span. A block that was not yet closed and one more span stay below Kafka's message.max.bytes of 1 MiB. */
export const MAX_SPAN_BYTES = 384 * 1024;

/** Blocks by partition, in the order of their spans. */
export type PackedSpans = Map<number, Buffer[]>;

/** Packs spans into blocks, one series of blocks for each partition of the topic. */
export class SpanPacker {
  readonly #partitions: number;
  readonly #encoders = new Map<number, BlockEncoder<'Span'>>();
  #closed: PackedSpans = new Map();
  #spanCount = 0;
  // the spans of a request mostly belong to few traces
  #lastKey = '';
  #lastPartition = 0;

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  /** Spans packed since the last `take()`. */
  get spanCount(): number {
    return this.#spanCount;
  }

  /** False when the span is larger than MAX_SPAN_BYTES; it is not packed then. Throws when it does not fit the schema. */
  add(span: Span): boolean {
    const partition = this.#partitionOf(span);
    const encoder = this.#encoderOf(partition);
    const before = encoder.byteLength;
    encoder.add(span);
    if (encoder.byteLength - before > MAX_SPAN_BYTES) {
      // rare, so that reading the block back is cheaper than measuring every span before
      for (const kept of decodeBlock('Span', encoder.finish()).slice(0, -1)) encoder.add(kept);
      return false;
    }
    this.#spanCount++;
    if (encoder.byteLength >= BLOCK_BYTES) this.#close(partition, encoder);
    return true;
  }

  /** All blocks, and starts anew. */
  take(): PackedSpans {
    for (const [partition, encoder] of this.#encoders) {
      if (encoder.count > 0) this.#close(partition, encoder);
    }
    const packed = this.#closed;
    this.#closed = new Map();
    this.#spanCount = 0;
    return packed;
  }

  #close(partition: number, encoder: BlockEncoder<'Span'>): void {
    const blocks = this.#closed.get(partition);
    if (blocks) blocks.push(encoder.finish());
    else this.#closed.set(partition, [encoder.finish()]);
  }

  #encoderOf(partition: number): BlockEncoder<'Span'> {
    let encoder = this.#encoders.get(partition);
    if (!encoder) {
      encoder = new BlockEncoder('Span');
      this.#encoders.set(partition, encoder);
    }
    return encoder;
  }

  #partitionOf(span: Span): number {
    const key = `${span.tenant}/${span.traceId}`;
    if (key !== this.#lastKey) {
      this.#lastKey = key;
      this.#lastPartition = partitionForKey(key, this.#partitions);
    }
    return this.#lastPartition;
  }
}

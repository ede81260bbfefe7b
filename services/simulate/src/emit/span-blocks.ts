import { BlockEncoder } from '@spanwise/schemas';
import { convertResourceSpans } from '@spanwise/semconv';
import { partitionForKey } from '@spanwise/stream';
import type { RunSpan } from '../run.ts';
import { resourceSpansOf } from './requests.ts';

/** A message of the topic `spans`. */
export interface SpanMessage {
  readonly partition: number;
  readonly value: Buffer;
  /** Records in it */
  readonly spans: number;
}

/** A block is closed once it holds this much. */
const BLOCK_BYTES = 256 * 1024;

/** Spans of one tenant as `ingest` writes them when it receives them: in blocks, of each partition some. */
export function spanBlocks(
  spans: readonly RunSpan[],
  to: { readonly tenant: string; readonly receivedMs: number; readonly partitions: number },
): SpanMessage[] {
  const receivedTimeUs = Math.round(to.receivedMs * 1_000);
  const converted = convertResourceSpans(resourceSpansOf(spans), { tenant: to.tenant, receivedTimeUs });
  const encoders = new Map<number, BlockEncoder<'Span'>>();
  const messages: SpanMessage[] = [];
  for (const span of converted) {
    const partition = partitionForKey(`${span.tenant}/${span.traceId}`, to.partitions);
    const encoder = encoders.get(partition) ?? new BlockEncoder('Span');
    encoders.set(partition, encoder);
    encoder.add(span);
    if (encoder.byteLength >= BLOCK_BYTES) finish(partition, encoder);
  }
  for (const [partition, encoder] of encoders) if (encoder.count > 0) finish(partition, encoder);
  return messages;

  function finish(partition: number, encoder: BlockEncoder<'Span'>): void {
    const { count } = encoder;
    messages.push({ partition, value: encoder.finish(), spans: count });
  }
}

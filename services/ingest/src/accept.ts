import { OtlpDecodeError } from '@spanwise/otlp';
import type { ByteShare } from './byte-budget.ts';
import type { Encoding, IngestMetrics, Transport } from './metrics.ts';
import { readPayload } from './read-payload.ts';
import { MAX_SPAN_BYTES } from './span-packer.ts';
import { NotAcknowledgedError, type SpanWriter, type WriteFault } from './span-writer.ts';

export interface Payload {
  body: Uint8Array;
  encoding: Encoding;
  transport: Transport;
  tenant: string;
  /** Microseconds since the epoch */
  receivedTimeUs: number;
}

/** What becomes of a payload, whatever way it came. */
export type Outcome =
  /** Kafka has all spans but the rejected ones, of which `errorMessage` says why. */
  | { kind: 'accepted'; rejectedSpans: number; errorMessage: string }
  /** No trace request; the same again gives the same. */
  | { kind: 'invalid'; message: string }
  /** Too much is held already. */
  | { kind: 'overloaded'; message: string; retryAfterSeconds: number }
  /** Kafka does not answer. */
  | { kind: 'unavailable'; message: string; retryAfterSeconds: number };

export const OVERLOADED: Outcome = {
  kind: 'overloaded',
  message: 'too many bytes are waiting for Kafka: send again a little later',
  retryAfterSeconds: 1,
};

export const unavailable = (message: string): Outcome => ({ kind: 'unavailable', message, retryAfterSeconds: 2 });

const faultInWords: Record<WriteFault, string> = {
  too_large: `larger than ${MAX_SPAN_BYTES / 1024} KiB after conversion`,
  unencodable: 'does not fit the span schema',
};

/** The one way of spans into Kafka: decoded and converted whole, then written, then answered. */
export class Acceptor {
  readonly #metrics: IngestMetrics;
  readonly #writer: () => SpanWriter | undefined;

  /** `writer` is undefined while Kafka is away. */
  constructor(writer: () => SpanWriter | undefined, metrics: IngestMetrics) {
    this.#writer = writer;
    this.#metrics = metrics;
  }

  /** Resolves after Kafka's acknowledgement, or at once when there is nothing to write. Never rejects for what clients or Kafka do. */
  async accept({ body, encoding, transport, tenant, receivedTimeUs }: Payload): Promise<Outcome> {
    const writer = this.#writer();
    if (!writer) return unavailable('Kafka cannot be reached');
    this.#metrics.bodyBytes.observe({ transport }, body.length);
    let read: ReturnType<typeof readPayload>;
    try {
      read = readPayload(body, encoding, { tenant, receivedTimeUs });
    } catch (error) {
      if (error instanceof OtlpDecodeError) return { kind: 'invalid', message: error.message };
      throw error;
    }
    const { spans, rejected } = read;
    const { acknowledged, faults } = writer.write(spans);
    try {
      await acknowledged;
    } catch (error) {
      if (error instanceof NotAcknowledgedError) return unavailable(error.message);
      throw error;
    }
    let rejectedSpans = rejected.count;
    const messages = rejected.count > 0 ? [rejected.message] : [];
    for (const [reason, count] of rejected.reasons) this.#metrics.rejectedSpans.inc({ reason }, count);
    for (const [reason, count] of faults) {
      rejectedSpans += count;
      messages.push(`${count} rejected: ${faultInWords[reason]}`);
      this.#metrics.rejectedSpans.inc({ reason }, count);
    }
    const taken = spans.length - (rejectedSpans - rejected.count);
    if (taken > 0) this.#metrics.spans.inc({ transport, encoding, tenant: this.#metrics.tenants.value(tenant) }, taken);
    return { kind: 'accepted', rejectedSpans, errorMessage: messages.join('; ') };
  }
}

/** Runs `work` while the budget holds `bytes` more; answers OVERLOADED when it cannot. */
export async function within(share: ByteShare, bytes: number, work: () => Promise<Outcome>): Promise<Outcome> {
  using _held = share;
  return share.grow(bytes) ? await work() : OVERLOADED;
}

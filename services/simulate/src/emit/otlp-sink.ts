import { encodeTracesProtobuf } from '@spanwise/otlp';
import type { Departure } from './departures.ts';
import { OtlpClient, type OtlpClientOptions } from './otlp-client.ts';
import { resourceSpansOf } from './requests.ts';
import type { SpanSink } from './span-sink.ts';

/** OTLP/HTTP. The endpoint has a clock of its own: what is sent is received now, whatever time the fleet has. */
export class OtlpSink implements SpanSink {
  readonly #client: OtlpClient;

  constructor(options: OtlpClientOptions) {
    this.#client = new OtlpClient(options);
  }

  get retries(): number {
    return this.#client.retries;
  }

  send(departures: readonly Departure[]): Promise<void> {
    return this.#client.send(encodeTracesProtobuf(resourceSpansOf(departures.map(({ span }) => span))));
  }

  async timePasses(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}

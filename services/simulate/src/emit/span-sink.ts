import type { Departure } from './departures.ts';

/** Where a fleet's spans go. */
export interface SpanSink extends AsyncDisposable {
  /** How often something had to be sent again because nobody answered */
  readonly retries: number;
  /**
   * Resolves when every span of a request was taken.
   *
   * @param nowMs time of the fleet, milliseconds since the epoch
   * @throws SendError or KafkaJSError when they are not
   */
  send(departures: readonly Departure[], nowMs: number): Promise<void>;
  /** The fleet's time has come so far, with spans or without. */
  timePasses(nowMs: number): Promise<void>;
}

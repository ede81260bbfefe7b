/**
 * Sends requests side by side, but those of one trace in their order: each trace has a lane, a request waits for its
 * lane, and one with traces of several lanes waits for all of them. `push` resolves when there is room for the next.
 */
export class TraceLanes<R extends { readonly spans: readonly { readonly traceId: string }[] }> {
  readonly #send: (request: R) => Promise<void>;
  readonly #lanes: Promise<void>[];

  constructor(lanes: number, send: (request: R) => Promise<void>) {
    this.#send = send;
    this.#lanes = Array.from({ length: lanes }, () => Promise.resolve());
  }

  /** Rejects with the failure of a request before, after which nothing is sent any more. */
  async push(request: R): Promise<void> {
    const lanes = new Set(request.spans.map(({ traceId }) => this.#laneOf(traceId)));
    const [lane = 0] = lanes;
    if (lanes.size > 1) {
      await this.drain();
      await this.#send(request);
      return;
    }
    const before = this.#lanes[lane];
    const sent = (before ?? Promise.resolve()).then(() => this.#send(request));
    sent.catch(() => {});
    this.#lanes[lane] = sent;
    await before;
  }

  /** Waits for everything pushed. */
  async drain(): Promise<void> {
    await Promise.all(this.#lanes);
  }

  #laneOf(traceId: string): number {
    return Number.parseInt(traceId.slice(-8), 16) % this.#lanes.length;
  }
}

import type { TemplateRun } from './corpus.ts';
import type { Route } from './route.ts';

/** A run that was sent, and acknowledged whole. */
export interface SentRun {
  readonly template: TemplateRun;
  readonly route: Route;
  /** Conversation that it belongs to: its id, else the trace id */
  readonly sessionId: string;
  /** From when its first span left until its last was acknowledged, beyond the pauses that were planned; milliseconds. */
  readonly delayedMs: number;
}

/** All that was sent and acknowledged, by trace id. */
export class Ledger {
  readonly #runs = new Map<string, SentRun>();
  readonly #spansBy = new Map<Route, number>();
  readonly #unjudged = new Map<string, string>();
  #spans = 0;
  #longestDelayMs = 0;

  /** Spans, each counted once however often it was sent. */
  get spans(): number {
    return this.#spans;
  }

  /** The same of those that took one way */
  spansBy(route: Route): number {
    return this.#spansBy.get(route) ?? 0;
  }

  /** Spans that nobody judges or counts, although they are stored: their ids by their traces', one each. */
  get unjudged(): ReadonlyMap<string, string> {
    return this.#unjudged;
  }

  /** A span is in that is stored and refused by whoever judges. */
  acknowledgedUnjudged(traceId: string, spanId: string): void {
    this.#unjudged.set(traceId, spanId);
  }

  /** Of all runs */
  get longestDelayMs(): number {
    return this.#longestDelayMs;
  }

  get size(): number {
    return this.#runs.size;
  }

  /** @throws Error for a trace id that was used before. */
  acknowledged(traceId: string, run: SentRun): void {
    if (this.#runs.has(traceId)) throw new Error(`the trace ${traceId} was sent before`);
    this.#runs.set(traceId, run);
    const { route, template } = run;
    this.#spans += template.spanIds.length;
    this.#spansBy.set(route, this.spansBy(route) + template.spanIds.length);
    this.#longestDelayMs = Math.max(this.#longestDelayMs, run.delayedMs);
  }

  run(traceId: string): SentRun | undefined {
    return this.#runs.get(traceId);
  }

  entries(): Iterable<[traceId: string, run: SentRun]> {
    return this.#runs;
  }
}

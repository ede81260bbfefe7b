import type { SpanId } from '@spanwise/otlp-file';

/** What a recorded file holds, noted while it is sent, and what went wrong with it. */
export class RecordedFile {
  readonly file: string;
  readonly problems: string[] = [];
  readonly #spans = new Map<string, Set<string>>();
  #spansRead = 0;
  #requests = 0;

  constructor(file: string) {
    this.file = file;
  }

  note(spans: readonly SpanId[]): void {
    this.#requests += 1;
    this.#spansRead += spans.length;
    for (const { traceId, spanId } of spans) {
      const known = this.#spans.get(traceId);
      if (known) known.add(spanId);
      else this.#spans.set(traceId, new Set([spanId]));
    }
  }

  get requests(): number {
    return this.#requests;
  }

  /** Spans in the file; one that stands there twice counts twice. */
  get spansRead(): number {
    return this.#spansRead;
  }

  get uniqueSpans(): number {
    let count = 0;
    for (const spans of this.#spans.values()) count += spans.size;
    return count;
  }

  /** Span ids by trace id */
  get spans(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#spans;
  }
}

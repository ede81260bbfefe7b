import type { OtlpResourceSpans } from './model.ts';

/** Why one span of a lawful request is not taken. */
export type RejectReason = 'invalid_trace_id' | 'invalid_span_id' | 'invalid_parent_span_id' | 'malformed';

const inWords: Record<RejectReason, string> = {
  invalid_trace_id: 'trace id is not 16 bytes with one that is not zero',
  invalid_span_id: 'span id is not 8 bytes with one that is not zero',
  invalid_parent_span_id: 'parent span id is neither empty nor 8 bytes',
  malformed: 'a field has the wrong type',
};

/** Of what the sender reads about the first span of a reason. */
const LONGEST_EXAMPLE = 200;

/** Spans that were not taken, counted by reason. */
export class RejectedSpans {
  count = 0;
  readonly reasons = new Map<RejectReason, number>();
  readonly #examples = new Map<RejectReason, string>();

  /** `example` says where and what: that of a reason's first span is told. */
  add(reason: RejectReason, example?: string): void {
    this.count++;
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
    if (example !== undefined && !this.#examples.has(reason)) {
      this.#examples.set(reason, example.slice(0, LONGEST_EXAMPLE));
    }
  }

  /** For `partial_success.error_message`; empty when nothing was rejected. */
  get message(): string {
    return [...this.reasons]
      .map(([reason, count]) => {
        const example = this.#examples.get(reason);
        return `${count} rejected: ${inWords[reason]}${example === undefined ? '' : ` (${example})`}`;
      })
      .join('; ');
  }
}

/** What both decoders return. Resources and scopes without a lawful span are left out. */
export interface DecodedTraces {
  resourceSpans: OtlpResourceSpans[];
  /** Lawful spans in `resourceSpans` */
  spanCount: number;
  rejected: RejectedSpans;
}

import type { OtlpResourceSpans } from './model.ts';

/** Why one span of a lawful request is not taken. */
export type RejectReason = 'invalid_trace_id' | 'invalid_span_id' | 'invalid_parent_span_id' | 'malformed';

const inWords: Record<RejectReason, string> = {
  invalid_trace_id: 'trace id is not 16 bytes with one that is not zero',
  invalid_span_id: 'span id is not 8 bytes with one that is not zero',
  invalid_parent_span_id: 'parent span id is neither empty nor 8 bytes',
  malformed: 'a field has the wrong type',
};

/** Spans that were not taken, counted by reason. */
export class RejectedSpans {
  count = 0;
  readonly reasons = new Map<RejectReason, number>();

  add(reason: RejectReason): void {
    this.count++;
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
  }

  /** For `partial_success.error_message`; empty when nothing was rejected. */
  get message(): string {
    return [...this.reasons].map(([reason, count]) => `${count} rejected: ${inWords[reason]}`).join('; ');
  }
}

/** What both decoders return. Resources and scopes without a lawful span are left out. */
export interface DecodedTraces {
  resourceSpans: OtlpResourceSpans[];
  /** Lawful spans in `resourceSpans` */
  spanCount: number;
  rejected: RejectedSpans;
}

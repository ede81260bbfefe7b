import type { OtlpResourceSpans } from '@spanwise/otlp';
import type { Span } from '@spanwise/schemas';
import { resourceContext } from './resource-context.ts';
import { type Arrival, toSpan } from './to-span.ts';

/** All spans of decoded OTLP trace data, in their order, as ours. */
export function convertResourceSpans(resourceSpans: readonly OtlpResourceSpans[], at: Arrival): Span[] {
  const spans: Span[] = [];
  for (const { resource, scopeSpans } of resourceSpans) {
    for (const { scope, spans: sent } of scopeSpans) {
      const context = resourceContext(resource, scope);
      for (const span of sent) spans.push(toSpan(span, context, at));
    }
  }
  return spans;
}

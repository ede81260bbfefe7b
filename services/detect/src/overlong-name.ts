import type { Span } from '@spanwise/schemas';

/** Characters of an id or a name at most, as `ingest` cuts them. */
export const LONGEST_NAME = 256;

/** What a run or its session remembers of its spans, or is kept under. */
const NAMES = [
  'parentSpanId',
  'conversationId',
  'agent',
  'release',
  'environment',
  'userId',
  'workflow',
  'service',
  'tool',
  'toolCallId',
  'model',
  'provider',
  'finishReason',
  'errorType',
  'handoffFrom',
  'handoffTo',
  'memoryStore',
  'memoryRecord',
] as const;

/**
 * Which of the ids that a span is held under is too long, in words; undefined where none is. `ingest` lets none pass, but
 * other producers write to the topic, too, and state under a key of any length is state of any size.
 */
export function overlongKey({ tenant, traceId, spanId }: Span): string | undefined {
  if (tenant.length <= LONGEST_NAME && traceId.length <= LONGEST_NAME && spanId.length <= LONGEST_NAME)
    return undefined;
  return overlong({ tenant, traceId, spanId });
}

/** The same of what else is remembered by name. */
export function overlongName(span: Span): string | undefined {
  const fits = (text: string) => text.length <= LONGEST_NAME;
  if (
    fits(span.parentSpanId) &&
    fits(span.conversationId) &&
    fits(span.agent) &&
    fits(span.release) &&
    fits(span.environment) &&
    fits(span.userId) &&
    fits(span.workflow) &&
    fits(span.service) &&
    fits(span.tool) &&
    fits(span.toolCallId) &&
    fits(span.model) &&
    fits(span.provider) &&
    fits(span.finishReason) &&
    fits(span.errorType) &&
    fits(span.handoffFrom) &&
    fits(span.handoffTo) &&
    fits(span.memoryStore) &&
    fits(span.memoryRecord)
  )
    return undefined;
  return overlong(Object.fromEntries(NAMES.map((name) => [name, span[name]])));
}

function overlong(fields: Readonly<Record<string, string>>): string | undefined {
  const found = Object.entries(fields).find(([, { length }]) => length > LONGEST_NAME);
  return found && `${found[0]} has ${found[1].length} characters, at most ${LONGEST_NAME} are taken`;
}

import type { OtlpEvent, OtlpSpan } from '@spanwise/otlp';
import type { Span } from '@spanwise/schemas';
import { type Cuts, caps } from './caps.ts';
import { Concept } from './concept.ts';
import { asText, type Values } from './values.ts';

export interface Failure extends Pick<Span, 'failed' | 'errorType' | 'errorMessage'> {
  /** Exception events whose type and message are represented by the fields */
  represented: readonly OtlpEvent[];
}

/**
 * Exceptions with which frameworks and Python steer: a LangGraph handover or interrupt, a generator that is closed, a
 * tool call that waits for approval. A span that ended with one did what it should.
 */
const CONTROL_FLOW = new Set([
  'ParentCommand',
  'GraphInterrupt',
  'GraphBubbleUp',
  'NodeInterrupt',
  'GraphDelegate',
  'Interrupt',
  'GeneratorExit',
  'StopIteration',
  'StopAsyncIteration',
  'CallDeferred',
  'ApprovalRequired',
]);

/** The same in words, where an instrumentation drops the type (LangGraph prints the command it raises). */
const CONTROL_FLOW_MESSAGE = /^(?:Command\(|ParentCommand|GraphInterrupt|GraphBubbleUp|NodeInterrupt|Interrupt\()/;

/** States in which products and protocols say that an operation failed, whatever the span's status. */
const FAILED_STATES = new Set(['error', 'failed', 'failure', 'task_state_failed', 'task_state_rejected', 'rejected']);

/** A status message that is an exception's `repr` or begins with its type. */
const TYPE_IN_MESSAGE = /^(?:[\w.]+\.)?([A-Z]\w*(?:Error|Exception|Timeout|Failure|Warning|Exit|Interrupt))\b/;

/**
 * Whether the operation failed: by its status, by an error type or exception where no status is set, or by a product's
 * own statement. An exception on a span that its author marked OK was handled. Errors inside a tool's result are not
 * looked at here: a result is judged by detectors.
 */
export function failure(span: OtlpSpan, values: Values, cuts: Cuts): Failure {
  const exceptions = span.events.filter(isException);
  const stated = isFailedState(values);
  const type = values.peekText(Concept.errorType);
  const marked = span.status.code === 2 || stated;
  const unhandled = span.status.code === 0 && (type !== '' || exceptions.some(escaped));
  if (!marked && !unhandled) return { failed: false, errorType: '', errorMessage: '', represented: [] };
  const cause = exceptions.find((event) => text(event, 'exception.type') !== '') ?? exceptions[0];
  const exceptionType = cause ? text(cause, 'exception.type') : '';
  const sentMessage = (cause && text(cause, 'exception.message')) || span.status.message;
  if (isControlFlow(type || exceptionType, sentMessage)) {
    return { failed: false, errorType: '', errorMessage: '', represented: [] };
  }
  values.take(Concept.errorType);
  const message = sentMessage || values.takeText(Concept.errorMessage);
  const errorType = type || exceptionType || values.peekText(Concept.errorCode) || typeIn(message);
  return {
    failed: true,
    errorType: cuts.text('errorType', errorType, caps.name),
    errorMessage: cuts.text('errorMessage', message, caps.errorMessage),
    represented: exceptions.filter((event) => event === cause || repeats(event, cause)),
  };
}

/** `exception`, and OpenTelemetry GenAI's `gen_ai.client.operation.exception`. */
function isException({ name }: OtlpEvent): boolean {
  return name === 'exception' || name.endsWith('.exception');
}

function isFailedState(values: Values): boolean {
  return values.has(Concept.state) && FAILED_STATES.has(values.peekText(Concept.state).toLowerCase());
}

function isControlFlow(type: string, message: string): boolean {
  if (CONTROL_FLOW.has(type.slice(type.lastIndexOf('.') + 1))) return true;
  return type === '' && CONTROL_FLOW_MESSAGE.test(message);
}

function escaped(event: OtlpEvent): boolean {
  const { 'exception.escaped': value } = event.attributes;
  return value !== false && value !== 'False' && value !== 'false';
}

function text(event: OtlpEvent, name: string): string {
  const value = event.attributes[name];
  return value === undefined || value === null ? '' : asText(value);
}

function typeIn(message: string): string {
  return TYPE_IN_MESSAGE.exec(message)?.[1] ?? '';
}

// ADK and smolagents record one exception twice on a span
function repeats(event: OtlpEvent, cause: OtlpEvent | undefined): boolean {
  if (!cause) return false;
  return (
    text(event, 'exception.type') === text(cause, 'exception.type') &&
    text(event, 'exception.message') === text(cause, 'exception.message')
  );
}

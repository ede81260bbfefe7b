import type { OtlpSpan } from '@spanwise/otlp';
import { generateRuns } from './generate.ts';
import type { SimulatedRun } from './run.ts';
import type { FaultName, FaultTruth, Truth } from './truth.ts';

/** Runs for tests, in the convention whose attributes are easiest to read. */
const readable = { conventions: ['otel-genai'], preset: 'fleet', faultlessSessions: 0 } as const;

/** Of several faults each run has two. */
export function runsWith(fault: FaultName | FaultName[], count: number, seed = 11): SimulatedRun[] {
  const faults = typeof fault === 'string' ? [fault] : fault;
  const mix = { faults, faultShare: 1, negativeShare: 0, secondFaultShare: faults.length > 1 ? 1 : 0 };
  return [...generateRuns({ seed, count, ...readable, ...mix })];
}

export function cleanRuns(count: number, seed = 11): SimulatedRun[] {
  return [...generateRuns({ seed, count, ...readable, faultShare: 0, negativeShare: 0 })];
}

export function negativeRuns(count: number, seed = 11): SimulatedRun[] {
  return [...generateRuns({ seed, count, ...readable, faultShare: 0, negativeShare: 1 })];
}

/** The fault that a run was made for. */
export function faultOf(run: SimulatedRun): FaultTruth {
  const fault = run.truths.find((truth): truth is FaultTruth => truth.type === 'fault' && truth.primary);
  if (!fault) throw new Error('the run has no fault');
  return fault;
}

export const faultsOf = (truths: readonly Truth[]): FaultTruth[] =>
  truths.filter((truth): truth is FaultTruth => truth.type === 'fault');

/** @throws Error where a truth names a span that is not sent */
export function spanOf(run: SimulatedRun, spanId: string): OtlpSpan {
  const found = run.spans.find(({ span }) => span.spanId === spanId);
  if (!found) throw new Error(`${spanId} is not sent`);
  return found.span;
}

export const attribute = (span: OtlpSpan, name: string): string => String(span.attributes[name] ?? '');
export const isError = (span: OtlpSpan): boolean => span.status.code === 2;
export const operation = (span: OtlpSpan): string => attribute(span, 'gen_ai.operation.name');
export const isTool = (span: OtlpSpan): boolean => operation(span) === 'execute_tool';
export const argumentsOf = (span: OtlpSpan): string => attribute(span, 'gen_ai.tool.call.arguments');
export const resultOf = (span: OtlpSpan): string => attribute(span, 'gen_ai.tool.call.result');
export const toolOf = (span: OtlpSpan): string => attribute(span, 'gen_ai.tool.name');
export const microsOf = (span: OtlpSpan) => ({ start: span.startTime.micros, end: span.endTime.micros });

/** Calls that the model asked for in an inference. */
export function requestedCalls(span: OtlpSpan): { id: string; name: string; arguments: unknown }[] {
  const output = attribute(span, 'gen_ai.output.messages');
  const messages: { parts: { type: string }[] }[] = output === '' ? [] : JSON.parse(output);
  return messages.flatMap(({ parts }) => parts.filter(({ type }) => type === 'tool_call')) as never;
}

export { anyRun, anySpan, anyText } from './arbitraries.ts';
export { type HostileRun, hostileRuns, longRun } from './hostile-runs.ts';
export { EPOCH_US, span, spanIdOf, testDigest, traceIdOf } from './span.ts';
export {
  callFields,
  type InferenceOptions,
  says,
  type TestCall,
  type TestMessage,
  type TestToolDefinition,
  type ToolOptions,
  TraceBuilder,
  type TraceOptions,
  trace,
} from './trace.ts';

export { areaUnderCurve, type Judged } from './auc.ts';
export { type LocalConfig, loadLocalConfig } from './config.ts';
export { demoLifetimes, type Lifetimes, replayLifetimes } from './lifetimes.ts';
export { type RecordedProblem, type RecordedRequest, readOtlpFile } from './otlp-file.ts';
export { type PipelineHandle, type PipelineOptions, startPipeline } from './pipeline.ts';
export { sendTraces } from './send-traces.ts';
export { findRunning, type RunningPipeline } from './state-file.ts';

export { type Judged, MemoryPipeline, type MemoryPipelineOptions, type SpanBlock } from './memory-pipeline.ts';

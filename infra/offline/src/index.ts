export {
  endings,
  type Judged,
  MemoryPipeline,
  type MemoryPipelineOptions,
  type SpanBlock,
} from './memory-pipeline.ts';

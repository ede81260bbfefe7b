export { type IngestConfig, ingestConfig } from './config.ts';
export { type Arrival, readPayload } from './read-payload.ts';
export { IngestService } from './service.ts';
export { MAX_SPAN_BYTES, type PackedSpans, SpanPacker } from './span-packer.ts';

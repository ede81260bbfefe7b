export { byteLines } from './byte-lines.ts';
export { type RecordedProblem, type RecordedRequest, readOtlpFile, type SpanId } from './otlp-file.ts';
export { recordedBytes } from './recorded-bytes.ts';

export { newAttributes } from './attributes.ts';
export { OtlpDecodeError } from './decode-error.ts';
export { decodeTracesJson } from './decode-json.ts';
export { decodeTracesProtobuf } from './decode-protobuf.ts';
export { encodeTracesJson } from './encode-json.ts';
export { encodeTracesProtobuf } from './encode-protobuf.ts';
export type {
  Attributes,
  AttributeValue,
  OtlpEvent,
  OtlpLink,
  OtlpResourceSpans,
  OtlpScopeSpans,
  OtlpSpan,
  OtlpTime,
} from './model.ts';
export { type DecodedTraces, RejectedSpans, type RejectReason } from './rejected.ts';
export {
  encodeExportResponseJson,
  encodeExportResponseProtobuf,
  encodeStatusJson,
  encodeStatusProtobuf,
  type PartialSuccess,
  RpcCode,
  type RpcStatus,
} from './responses.ts';

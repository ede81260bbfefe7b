import protobuf from 'protobufjs/minimal.js';

/** What a client has to be told about spans that were not taken; both empty when all were. */
export interface PartialSuccess {
  rejectedSpans: number;
  errorMessage: string;
}

/** google.rpc.Code: those that ingest answers. https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
export const RpcCode = {
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

export interface RpcStatus {
  code: number;
  message: string;
  /** Adds google.rpc.RetryInfo: the client may send again after this many seconds. */
  retryAfterSeconds?: number;
}

/** opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse; empty when everything was taken. */
export function encodeExportResponseProtobuf({ rejectedSpans, errorMessage }: PartialSuccess): Uint8Array {
  const writer = protobuf.Writer.create();
  if (rejectedSpans > 0 || errorMessage !== '') {
    writer.uint32(10).fork();
    if (rejectedSpans > 0) writer.uint32(8).int64(rejectedSpans);
    if (errorMessage !== '') writer.uint32(18).string(errorMessage);
    writer.ldelim();
  }
  return writer.finish();
}

export function encodeExportResponseJson({ rejectedSpans, errorMessage }: PartialSuccess): string {
  if (rejectedSpans === 0 && errorMessage === '') return '{}';
  return JSON.stringify({ partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage } });
}

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';

/** google.rpc.Status, with RetryInfo as its detail where a delay is given. */
export function encodeStatusProtobuf({ code, message, retryAfterSeconds }: RpcStatus): Uint8Array {
  const writer = protobuf.Writer.create();
  if (code !== 0) writer.uint32(8).int32(code);
  if (message !== '') writer.uint32(18).string(message);
  if (retryAfterSeconds !== undefined) {
    // details: Any{type_url, value: RetryInfo{retry_delay: Duration{seconds, nanos}}}
    const seconds = Math.floor(retryAfterSeconds);
    const nanos = Math.round((retryAfterSeconds - seconds) * 1e9);
    writer.uint32(26).fork().uint32(10).string(RETRY_INFO).uint32(18).fork().uint32(10).fork();
    if (seconds > 0) writer.uint32(8).int64(seconds);
    if (nanos > 0) writer.uint32(16).int32(nanos);
    writer.ldelim().ldelim().ldelim();
  }
  return writer.finish();
}

export function encodeStatusJson({ code, message, retryAfterSeconds }: RpcStatus): string {
  const details =
    retryAfterSeconds === undefined ? undefined : [{ '@type': RETRY_INFO, retryDelay: `${retryAfterSeconds}s` }];
  return JSON.stringify({ code, message, details });
}

import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import {
  encodeExportResponseJson,
  encodeExportResponseProtobuf,
  encodeStatusJson,
  encodeStatusProtobuf,
  RpcCode,
} from './index.ts';

// the published definitions, read by protobufjs' own parser, judge what we encode
const { root } = protobuf.parse(`
  syntax = "proto3";
  message ExportTracePartialSuccess { int64 rejected_spans = 1; string error_message = 2; }
  message ExportTraceServiceResponse { ExportTracePartialSuccess partial_success = 1; }
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
  message RetryInfo { Duration retry_delay = 1; }
`);
const decode = (type: string, bytes: Uint8Array) => {
  const found = root.lookupType(type);
  return found.toObject(found.decode(bytes), { longs: Number });
};

describe('the response', () => {
  it('is empty when every span was taken', () => {
    const all = { rejectedSpans: 0, errorMessage: '' };
    expect(encodeExportResponseProtobuf(all)).toHaveLength(0);
    expect(encodeExportResponseJson(all)).toBe('{}');
  });

  it('says how many spans were rejected and why', () => {
    const some = { rejectedSpans: 300, errorMessage: 'trace id' };
    expect(decode('ExportTraceServiceResponse', encodeExportResponseProtobuf(some))).toEqual({ partialSuccess: some });
    expect(JSON.parse(encodeExportResponseJson(some))).toEqual({
      partialSuccess: { rejectedSpans: '300', errorMessage: 'trace id' },
    });
  });
});

describe('google.rpc.Status', () => {
  it('carries code and message', () => {
    const status = { code: RpcCode.INVALID_ARGUMENT, message: 'no JSON: ü' };
    expect(decode('Status', encodeStatusProtobuf(status))).toEqual(status);
    expect(JSON.parse(encodeStatusJson(status))).toEqual(status);
  });

  it('says in RetryInfo when to come again', () => {
    const bytes = encodeStatusProtobuf({ code: RpcCode.RESOURCE_EXHAUSTED, message: 'full', retryAfterSeconds: 1.5 });
    const [detail] = decode('Status', bytes).details;
    expect(detail.type_url ?? detail.typeUrl).toBe('type.googleapis.com/google.rpc.RetryInfo');
    expect(decode('RetryInfo', detail.value)).toEqual({ retryDelay: { seconds: 1, nanos: 500_000_000 } });
    expect(JSON.parse(encodeStatusJson({ code: 8, message: 'full', retryAfterSeconds: 1 })).details).toEqual([
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1s' },
    ]);
  });
});

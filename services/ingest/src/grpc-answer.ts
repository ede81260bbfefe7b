import { encodeExportResponseProtobuf, encodeStatusProtobuf, RpcCode } from '@spanwise/otlp';
import type { Outcome } from './accept.ts';
import type { BodyError, BodyFault } from './http-body.ts';

export type RpcCodeName = keyof typeof RpcCode | 'OK';

/** What a client may send compressed: the header `grpc-accept-encoding` */
export const acceptedEncodings = 'identity,gzip,deflate,zstd';

/** A whole answer to a unary call: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md. */
export interface GrpcAnswer {
  code: RpcCodeName;
  /** Framed; without one the answer is trailers only. */
  message?: Buffer;
  trailers: Record<string, string>;
}

/** RetryInfo tells an exporter that RESOURCE_EXHAUSTED is a matter of time; without it, it would drop its spans. */
export function errorAnswer(code: keyof typeof RpcCode, message: string, retryAfterSeconds?: number): GrpcAnswer {
  const trailers: Record<string, string> = {
    'grpc-status': String(RpcCode[code]),
    'grpc-message': percentEncoded(message),
  };
  if (retryAfterSeconds !== undefined) {
    const details = encodeStatusProtobuf({ code: RpcCode[code], message, retryAfterSeconds });
    trailers['grpc-status-details-bin'] = Buffer.from(details).toString('base64');
  }
  return { code, trailers };
}

export function outcomeAnswer(outcome: Outcome): GrpcAnswer {
  switch (outcome.kind) {
    case 'accepted':
      return { code: 'OK', message: framed(encodeExportResponseProtobuf(outcome)), trailers: { 'grpc-status': '0' } };
    case 'invalid':
      return errorAnswer('INVALID_ARGUMENT', outcome.message);
    case 'overloaded':
      return errorAnswer('RESOURCE_EXHAUSTED', outcome.message, outcome.retryAfterSeconds);
    case 'unavailable':
      return errorAnswer('UNAVAILABLE', outcome.message, outcome.retryAfterSeconds);
  }
}

const bodyFaultCodes = {
  too_large: 'RESOURCE_EXHAUSTED',
  overloaded: 'RESOURCE_EXHAUSTED',
  corrupt: 'INVALID_ARGUMENT',
  unknown_encoding: 'UNIMPLEMENTED',
} as const satisfies Record<BodyFault, keyof typeof RpcCode>;

export function bodyErrorAnswer({ reason, message }: BodyError): GrpcAnswer {
  return errorAnswer(bodyFaultCodes[reason], message, reason === 'overloaded' ? 1 : undefined);
}

function framed(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** Of a text that is a header, and has its place in the limits of headers. */
const MAX_MESSAGE = 1_000;

/** As `grpc-message` wants it: what is not printable ASCII, and %, as bytes of UTF-8. */
function percentEncoded(text: string): string {
  return encodeURI(text.slice(0, MAX_MESSAGE).toWellFormed());
}

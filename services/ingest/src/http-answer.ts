import {
  encodeExportResponseJson,
  encodeExportResponseProtobuf,
  encodeStatusJson,
  encodeStatusProtobuf,
  RpcCode,
} from '@spanwise/otlp';
import type { Outcome } from './accept.ts';
import type { BodyError, BodyFault } from './http-body.ts';
import type { Encoding } from './metrics.ts';

/** A whole HTTP answer by the OTLP/HTTP specification. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

const contentTypes: Record<Encoding, string> = { protobuf: 'application/x-protobuf', json: 'application/json' };

/** The encoding that a Content-Type names; undefined when OTLP has none of that name. */
export function encodingOf(contentType: string | undefined): Encoding | undefined {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/x-protobuf' || type === 'application/protobuf') return 'protobuf';
  return type === 'application/json' ? 'json' : undefined;
}

const codes: Record<number, number> = {
  400: RpcCode.INVALID_ARGUMENT,
  401: RpcCode.UNAUTHENTICATED,
  404: RpcCode.NOT_FOUND,
  405: RpcCode.UNIMPLEMENTED,
  413: RpcCode.RESOURCE_EXHAUSTED,
  415: RpcCode.INVALID_ARGUMENT,
  429: RpcCode.RESOURCE_EXHAUSTED,
  503: RpcCode.UNAVAILABLE,
};

/** An error as google.rpc.Status in the request's encoding; JSON where that is unknown. */
export function errorAnswer(
  encoding: Encoding | undefined,
  status: number,
  message: string,
  retryAfterSeconds?: number,
): HttpAnswer {
  const rpcStatus = {
    code: codes[status] ?? (status < 500 ? RpcCode.INVALID_ARGUMENT : RpcCode.INTERNAL),
    message,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
  const headers: Record<string, string> = { 'content-type': contentTypes[encoding ?? 'json'] };
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds);
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  return {
    status,
    headers,
    body: bytes(encoding === 'protobuf' ? encodeStatusProtobuf(rpcStatus) : encodeStatusJson(rpcStatus)),
  };
}

export const jsonAnswer = (content: unknown): HttpAnswer => ({
  status: 200,
  headers: { 'content-type': contentTypes.json },
  body: bytes(JSON.stringify(content)),
});

export function outcomeAnswer(encoding: Encoding, outcome: Outcome): HttpAnswer {
  switch (outcome.kind) {
    case 'accepted':
      return {
        status: 200,
        headers: { 'content-type': contentTypes[encoding] },
        body: bytes(encoding === 'json' ? encodeExportResponseJson(outcome) : encodeExportResponseProtobuf(outcome)),
      };
    case 'invalid':
      return errorAnswer(encoding, 400, outcome.message);
    case 'overloaded':
      return errorAnswer(encoding, 429, outcome.message, outcome.retryAfterSeconds);
    case 'unavailable':
      return errorAnswer(encoding, 503, outcome.message, outcome.retryAfterSeconds);
  }
}

// of a text, fastify would add a charset to the content type, which the specification does not know
function bytes(content: string | Uint8Array): Buffer {
  return Buffer.from(content as string);
}

const bodyFaultStatus: Record<BodyFault, number> = {
  too_large: 413,
  overloaded: 429,
  corrupt: 400,
  unknown_encoding: 415,
};

export function bodyErrorAnswer(encoding: Encoding, { reason, message }: BodyError): HttpAnswer {
  return errorAnswer(encoding, bodyFaultStatus[reason], message, reason === 'overloaded' ? 1 : undefined);
}

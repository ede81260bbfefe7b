import {
  type DecodedTraces,
  decodeTracesJson,
  decodeTracesProtobuf,
  encodeTracesProtobuf,
  OtlpDecodeError,
  type OtlpResourceSpans,
} from '@spanwise/otlp';
import { byteLines } from './byte-lines.ts';
import { recordedBytes } from './recorded-bytes.ts';

export interface SpanId {
  readonly traceId: string;
  readonly spanId: string;
}

/** One request of a recorded file, to be sent as it was recorded. */
export interface RecordedRequest {
  readonly body: Uint8Array;
  readonly contentType: 'application/json' | 'application/x-protobuf';
  /** Lawful spans, in their order */
  readonly spans: readonly SpanId[];
  /** The same, as they were read */
  readonly resourceSpans: readonly OtlpResourceSpans[];
}

/** Part of a file that is no OTLP traces, or spans in it that no endpoint may take. */
export interface RecordedProblem {
  readonly problem: string;
}

/** A larger request is sent in pieces: endpoints have a limit. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** Reads a file as {@link readParts} does. Damage to its gzip is reported like any other part that cannot be read. */
export async function* readOtlpFile(file: string): AsyncGenerator<RecordedRequest | RecordedProblem> {
  try {
    yield* readParts(file);
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code?.startsWith('Z_')) throw error;
    yield { problem: `the gzip file is damaged or cut off: ${(error as Error).message}` };
  }
}

/**
 * Reads OTLP traces in any of the usual forms, told apart by content: JSON lines, one JSON document (an object or an
 * array of requests), or one protobuf message; gzip or not. What cannot be read is reported and left out.
 *
 * @throws the file system's or gzip's errors.
 */
async function* readParts(file: string): AsyncGenerator<RecordedRequest | RecordedProblem> {
  const lines = byteLines(recordedBytes(file));
  const seen: Buffer[] = [];
  for await (const line of lines) {
    seen.push(line);
    if (isBlank(line)) continue;
    if (isWholeJson(line)) {
      yield* requestsOf(trimmed(line), 'json', `line ${seen.length}`);
      let number = seen.length;
      for await (const next of lines) {
        number += 1;
        if (!isBlank(next)) yield* requestsOf(trimmed(next), 'json', `line ${number}`);
      }
    } else {
      for await (const next of lines) seen.push(next);
      const document = Buffer.concat(seen);
      yield* requestsOf(document, isWholeJson(document) ? 'json' : encodingOf(document), 'the file');
    }
    return;
  }
  yield { problem: 'the file is empty' };
}

/** Of what is no JSON: a broken JSON document, or protobuf, which begins with the tag of field 1 and a length. */
function encodingOf(document: Buffer): 'json' | 'protobuf' {
  const text = withoutMark(document.toString('utf8', 0, 64)).trimStart();
  return document[0] !== 0x0a && (text.startsWith('{') || text.startsWith('[')) ? 'json' : 'protobuf';
}

function* requestsOf(
  body: Buffer,
  encoding: 'json' | 'protobuf',
  place: string,
): Generator<RecordedRequest | RecordedProblem> {
  let decoded: DecodedTraces;
  try {
    decoded = encoding === 'json' ? decodeTracesJson(body) : decodeTracesProtobuf(body);
  } catch (error) {
    if (!(error instanceof OtlpDecodeError)) throw error;
    yield { problem: `${place}: ${error.message}` };
    return;
  }
  if (decoded.rejected.count > 0) yield { problem: `${place}: ${decoded.rejected.message}` };
  const contentType = encoding === 'json' ? 'application/json' : 'application/x-protobuf';
  if (body.length <= MAX_BODY_BYTES)
    yield { body, contentType, spans: idsOf(decoded), resourceSpans: decoded.resourceSpans };
  else yield* pieces(decoded);
}

/** One request per scope: a lawful span of this size by itself would be refused anyway. */
function* pieces(decoded: DecodedTraces): Generator<RecordedRequest> {
  for (const { resource, scopeSpans } of decoded.resourceSpans) {
    for (const { scope, spans } of scopeSpans) {
      for (let start = 0; start < spans.length; ) {
        let size = Math.min(spans.length - start, 1_000);
        let body: Uint8Array;
        let piece: OtlpResourceSpans[];
        for (;;) {
          piece = [{ resource, scopeSpans: [{ scope, spans: spans.slice(start, start + size) }] }];
          body = encodeTracesProtobuf(piece);
          if (body.length <= MAX_BODY_BYTES || size === 1) break;
          size = Math.ceil(size / 2);
        }
        const contentType = 'application/x-protobuf';
        yield { body, contentType, spans: idsOf({ resourceSpans: piece }), resourceSpans: piece };
        start += size;
      }
    }
  }
}

function idsOf({ resourceSpans }: Pick<DecodedTraces, 'resourceSpans'>): SpanId[] {
  return resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map(({ traceId, spanId }) => ({ traceId, spanId }))),
  );
}

function isWholeJson(bytes: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(withoutMark(bytes.toString('utf8')));
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '');
}

function trimmed(line: Buffer): Buffer {
  let end = line.length;
  while (end > 0 && isSpace(line[end - 1])) end -= 1;
  return line.subarray(0, end);
}

function isBlank(line: Buffer): boolean {
  return line.every(isSpace);
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

import protobuf from 'protobufjs/minimal.js';
import type { Attributes, AttributeValue, OtlpResourceSpans, OtlpScopeSpans, OtlpSpan, OtlpTime } from './model.ts';

type Writer = protobuf.Writer;

const tag = (number: number, wireType: 0 | 1 | 2 | 5): number => number * 8 + wireType;

/**
 * Encodes an ExportTraceServiceRequest; `decodeTracesProtobuf` gives the same back. Dropped counts are written as dropped
 * attributes. Throws RangeError for a bigint beyond int64.
 */
export function encodeTracesProtobuf(resourceSpans: OtlpResourceSpans[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const { resource, scopeSpans } of resourceSpans) {
    nested(writer, 1, () => {
      nested(writer, 1, () => {
        writeAttributes(writer, 1, resource.attributes);
        writeCount(writer, 2, resource.droppedAttributesCount);
      });
      for (const each of scopeSpans) nested(writer, 2, () => writeScopeSpans(writer, each));
    });
  }
  return writer.finish();
}

function nested(writer: Writer, number: number, write: () => void): void {
  writer.uint32(tag(number, 2)).fork();
  write();
  writer.ldelim();
}

function writeScopeSpans(writer: Writer, { scope, spans }: OtlpScopeSpans): void {
  nested(writer, 1, () => {
    writeText(writer, 1, scope.name);
    writeText(writer, 2, scope.version);
    writeAttributes(writer, 3, scope.attributes);
  });
  for (const span of spans) nested(writer, 2, () => writeSpan(writer, span));
}

function writeSpan(writer: Writer, span: OtlpSpan): void {
  writeId(writer, 1, span.traceId);
  writeId(writer, 2, span.spanId);
  writeText(writer, 3, span.traceState);
  if (span.parentSpanId !== '') writeId(writer, 4, span.parentSpanId);
  writeText(writer, 5, span.name);
  writeCount(writer, 6, span.kind);
  writeTime(writer, 7, span.startTime);
  writeTime(writer, 8, span.endTime);
  writeAttributes(writer, 9, span.attributes);
  writeCount(writer, 10, span.droppedCount);
  for (const event of span.events) {
    nested(writer, 11, () => {
      writeTime(writer, 1, event.time);
      writeText(writer, 2, event.name);
      writeAttributes(writer, 3, event.attributes);
    });
  }
  for (const link of span.links) {
    nested(writer, 13, () => {
      writeId(writer, 1, link.traceId);
      writeId(writer, 2, link.spanId);
      writeText(writer, 3, link.traceState);
      writeAttributes(writer, 4, link.attributes);
    });
  }
  const { code, message } = span.status;
  if (code !== 0 || message !== '') {
    nested(writer, 15, () => {
      writeText(writer, 2, message);
      writeCount(writer, 3, code);
    });
  }
  if (span.flags !== 0) writer.uint32(tag(16, 5)).fixed32(span.flags);
}

function writeText(writer: Writer, number: number, text: string): void {
  if (text !== '') writer.uint32(tag(number, 2)).string(text);
}

function writeCount(writer: Writer, number: number, count: number): void {
  if (count !== 0) writer.uint32(tag(number, 0)).uint32(count);
}

function writeId(writer: Writer, number: number, hex: string): void {
  writer.uint32(tag(number, 2)).bytes(Buffer.from(hex, 'hex'));
}

function writeTime(writer: Writer, number: number, { micros, nanos }: OtlpTime): void {
  if (micros === 0 && nanos === 0) return;
  writer.uint32(tag(number, 1)).fixed64(halves(BigInt(micros) * 1000n + BigInt(nanos)));
}

function writeAttributes(writer: Writer, number: number, attributes: Attributes): void {
  for (const key in attributes) {
    const value = attributes[key] ?? null;
    nested(writer, number, () => {
      writeText(writer, 1, key);
      nested(writer, 2, () => writeValue(writer, value));
    });
  }
}

function writeValue(writer: Writer, value: AttributeValue): void {
  switch (typeof value) {
    case 'string':
      writer.uint32(tag(1, 2)).string(value);
      return;
    case 'boolean':
      writer.uint32(tag(2, 0)).bool(value);
      return;
    case 'bigint':
      writeInt64(writer, value);
      return;
    case 'number':
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) writeInt64(writer, value);
      else writer.uint32(tag(4, 1)).double(value);
      return;
  }
  if (value === null) return;
  if (value instanceof Uint8Array) writer.uint32(tag(7, 2)).bytes(value);
  else if (Array.isArray(value)) {
    nested(writer, 5, () => {
      for (const each of value) nested(writer, 1, () => writeValue(writer, each));
    });
  } else nested(writer, 6, () => writeAttributes(writer, 1, value));
}

function writeInt64(writer: Writer, value: number | bigint): void {
  writer.uint32(tag(3, 0));
  if (typeof value === 'number') writer.int64(value);
  else if (BigInt.asIntN(64, value) !== value) throw new RangeError(`${value} is no int64`);
  else writer.int64(halves(value));
}

/** protobufjs takes any object of `low` and `high` for a Long. */
function halves(value: bigint): Parameters<Writer['int64']>[0] {
  const low = Number(BigInt.asIntN(32, value));
  const high = Number(BigInt.asIntN(32, value >> 32n));
  return { low, high, unsigned: false } as unknown as Parameters<Writer['int64']>[0];
}

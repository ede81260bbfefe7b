import { encodeTracesJson, encodeTracesProtobuf } from '@spanwise/otlp';
import { describe, expect, it } from 'vitest';
import { encodingByFirstByte } from './collector-topic.ts';
import { otlpRequest } from './otlp.fixture.ts';

describe('the encoding of a message of the Collector', () => {
  it.each([
    ['otlp_proto', encodeTracesProtobuf(otlpRequest('a', 1)), 'protobuf'],
    ['otlp_json', Buffer.from(encodeTracesJson(otlpRequest('a', 1))), 'json'],
    ['an array of JSON requests', Buffer.from('[{}]'), 'json'],
    ['JSON behind a space', Buffer.from(' {}'), 'json'],
    ['JSON behind a byte order mark', Buffer.from('\ufeff{}'), 'json'],
    ['nothing, which is protobuf of no spans', Buffer.alloc(0), 'protobuf'],
  ])('is known by its first byte: %s', (_, body, encoding) => {
    expect(encodingByFirstByte(body)).toBe(encoding);
  });
});

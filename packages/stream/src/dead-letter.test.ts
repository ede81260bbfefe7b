import { type DeadLetter, encodeBlock } from '@spanwise/schemas';
import { describe, expect, it } from 'vitest';
import { fittingLetter } from './dead-letter.ts';
import { MAX_RECORD_BYTES } from './output-collector.ts';

const letter: DeadLetter = {
  service: 'ingest',
  topic: 'otlp_spans',
  partition: 0,
  offset: 7,
  reason: 'undecodable',
  detail: 'no protobuf',
  key: Buffer.from('key'),
  value: Buffer.from('value'),
  time: 1_795_320_000_000_000,
};
const large = Buffer.alloc(3 * 1024 * 1024, 'x');

describe('a dead letter', () => {
  it('of a small message is the whole message', () => {
    expect(fittingLetter(letter)).toEqual(letter);
    expect(fittingLetter({ ...letter, key: null, value: null })).toEqual({ ...letter, key: null, value: null });
  });

  it.each([
    ['a key', { key: large }],
    ['a value', { value: large }],
    ['a reason in words', { detail: 'x'.repeat(3_000_000) }],
    ['everything', { key: large, value: large, detail: '€'.repeat(1_000_000) }],
  ])('fits into a message whatever the size of %s', (_, buried) => {
    const fitting = fittingLetter({ ...letter, ...buried });
    expect(encodeBlock('DeadLetter', [fitting]).length).toBeLessThanOrEqual(MAX_RECORD_BYTES);
    expect(fitting.offset).toBe(7);
  });

  it('says that its value is cut, and how long it was, before anything else', () => {
    const { detail, value } = fittingLetter({ ...letter, value: large, detail: 'x'.repeat(10_000) });
    expect(detail).toMatch(new RegExp(`^the first ${value?.length} of ${large.length} bytes`));
  });
});

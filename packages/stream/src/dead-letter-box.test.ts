import { crc32 } from 'node:zlib';
import { decodeBlock, decodeBlockLazily, encodeBlock, type Span } from '@spanwise/schemas';
import { span } from '@spanwise/testkit/spans';
import { describe, expect, it } from 'vitest';
import { entry, ledger } from '../test/ledger.ts';
import { DeadLetterBox } from './dead-letter-box.ts';
import type { Topology } from './topology.ts';

const letters = (box: DeadLetterBox<'SpanRevision'> | DeadLetterBox<'Span'>) =>
  box.take().messages.flatMap(({ value }) => decodeBlock('DeadLetter', value));

describe('a box of dead letters', () => {
  it('takes a record that cannot be written again, without its bytes, and says where they are', () => {
    const box = new DeadLetterBox(ledger(), 0, 1);
    box.buryRecord(entry('a', '1', 0, 2 ** 40), 7, 100, 'it broke');
    expect(letters(box)).toMatchObject([
      {
        offset: 7,
        reason: 'processor_error',
        value: null,
        detail: expect.stringMatching(/stands at its offset.*it broke/),
      },
    ]);
  });

  it('takes a record whatever its key', () => {
    const box = new DeadLetterBox({ ...ledger(), keyOf: () => 'k'.repeat(1_000_000) }, 0, 1);
    box.buryRecord(entry('a', '1', 0, 2), 7, 100, 'it broke');
    box.buryRecord(entry('a', '2', 0, 2), 8, 100, '€'.repeat(1_000_000));
    expect(letters(box).map(({ offset }) => offset)).toEqual([7, 8]);
  });

  it('keeps a span with the bytes that it came with', () => {
    const topology: Topology<'Span'> = {
      ...(ledger() as unknown as Topology<'Span'>),
      inputRecord: 'Span',
      keyOf: ({ traceId }) => traceId,
    };
    const box = new DeadLetterBox(topology, 0, 1);
    const block = encodeBlock('Span', [span({ name: 'other' }), span({ name: 'bäd' })]);
    // half of a character: text that is none, and would be written otherwise than it was read
    block[block.indexOf(Buffer.from('ä')) + 1] = 0x41;
    const resealed = Buffer.from(block);
    resealed.writeUInt32BE(crc32(block.subarray(20)), 16);
    const [, bad] = decodeBlockLazily('Span', resealed) as [Span, Span];
    expect(bad.name).toBe('b\uFFFDAd');
    box.buryRecord(bad, 7, 100, 'it broke');
    const [letter] = letters(box);
    expect(letter?.value?.includes(Buffer.from([0x62, 0xc3, 0x41, 0x64]))).toBe(true);
    expect(decodeBlock('Span', letter?.value as Buffer)).toMatchObject([{ name: 'b\uFFFDAd' }]);
  });
});

import { currentSchema, encodeBlock, encodeTick } from '@spanwise/schemas';
import { expect, test } from 'vitest';
import { run, spans } from '../../test/records.ts';
import { Batch, judge, type Message, type Verdict } from './batch.ts';

const message = (offset: number, value: Buffer | null): Message => ({
  offset,
  timestamp: 5000 + offset,
  key: null,
  value,
});
const block = encodeBlock('Span', spans(3));
const flipped = Buffer.from(block);
flipped[50] = (flipped[50] ?? 0) ^ 1;

test.for([
  ['a block of spans is records', block, { kind: 'records', count: 3 }],
  ['an empty block is a tick', encodeTick('Span'), { kind: 'tick' }],
  ['a flipped bit is dead', flipped, { kind: 'dead', reason: 'bad_checksum' }],
  ['a cut block is dead', block.subarray(0, 60), { kind: 'dead', reason: 'undecodable' }],
  ['a block of another record is dead', encodeBlock('Run', [run('a')]), { kind: 'dead', reason: 'undecodable' }],
  ['no value is dead', null, { kind: 'dead', reason: 'undecodable' }],
] as const)('%s', ([, value, verdict]) => {
  expect(judge(message(0, value), 'Span')).toMatchObject(verdict);
});

function batchOf(values: (Buffer | null)[], start = 10): Batch {
  const batch = new Batch(start);
  for (const [i, value] of values.entries()) {
    const next = message(start + i, value);
    batch.add(next, judge(next, 'Span'));
  }
  return batch;
}

test('a batch takes blocks of one writer only, and ticks of any', () => {
  const batch = batchOf([block]);
  const other: Verdict = {
    kind: 'records',
    count: 1,
    writer: { ...currentSchema('Span'), fingerprint: 'f'.repeat(16) },
  };
  expect(batch.accepts(other)).toBe(false);
  expect(batch.accepts({ kind: 'tick' })).toBe(true);
  expect(batchOf([encodeTick('Span'), null]).accepts(other)).toBe(true);
});

test('the intent counts records, not messages, and names the dead', () => {
  const batch = batchOf([encodeTick('Span'), block, flipped, block]);
  expect(batch.intent()).toMatchObject({
    end: 14,
    records: 6,
    deadLetters: [12],
    fingerprint: currentSchema('Span').fingerprint,
  });
  expect(batch.oldest).toBe(5010);
});

test('the checksum tells one block from another, and their order', () => {
  const other = encodeBlock('Span', spans(3, 50));
  const sums = [
    [block, other],
    [other, block],
    [block, block],
  ].map((values) => batchOf(values).intent().checksum);
  expect(new Set(sums).size).toBe(3);
});

test('halves cover the range of the whole, with every block and every dead letter once', () => {
  const whole = batchOf([flipped, block, encodeTick('Span'), block, flipped, block, encodeTick('Span')]);
  const [first, second] = whole.halves();
  expect([first.start, first.end, second.end]).toEqual([10, second.start, 17]);
  expect(first.records + second.records).toBe(9);
  expect([...first.blocks, ...second.blocks]).toEqual(whole.blocks);
  expect([...first.dead, ...second.dead]).toEqual(whole.dead);
  expect(first.deadLettersSent && second.deadLettersSent).toBe(true);
});

test('a batch of one block has no halves', () => {
  expect(() => batchOf([block, flipped]).halves()).toThrow('has no halves');
});

test('what stands for a batch that cannot be read is dead, with the reason of it', () => {
  const undecodable = { reason: 'bad_checksum', detail: 'the batch of offsets 5 to 7 cannot be read' } as const;
  expect(judge({ ...message(7, block), undecodable }, 'Span')).toEqual({ kind: 'dead', ...undecodable });
});

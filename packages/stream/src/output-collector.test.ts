import { decodeBlock } from '@spanwise/schemas';
import { span } from '@spanwise/testkit';
import { expect, test } from 'vitest';
import { OutputCollector } from './output-collector.ts';

const collector = () => new OutputCollector(new Map([['spans', { record: 'Span' as const, partitions: 2 }]]));
const namesOf = (value: Buffer) => decodeBlock('Span', value).map(({ name }) => name);

test('records without a time share one block for each partition', () => {
  const outputs = collector();
  for (const name of ['a', 'b', 'c']) outputs.add('spans', 'k', span({ name }));
  outputs.seal();
  const [message, ...others] = outputs.take();
  expect(others).toEqual([]);
  expect(namesOf(message?.value as Buffer)).toEqual(['a', 'b', 'c']);
  expect(message).not.toHaveProperty('time');
});

test('a block has one time, which its message bears, and records keep their order', () => {
  const outputs = collector();
  for (const [name, time] of [
    ['a', 5],
    ['b', 5],
    ['c', 7],
    ['d', 6],
  ] as const) {
    outputs.add('spans', 'k', span({ name }), time);
  }
  outputs.seal();
  expect(outputs.take().map(({ time, value }) => [time, ...namesOf(value)])).toEqual([
    [5, 'a', 'b'],
    [7, 'c'],
    [6, 'd'],
  ]);
});

test('what is taken back leaves no time behind', () => {
  const outputs = collector();
  outputs.add('spans', 'k', span({ name: 'lost' }), 5);
  outputs.rollback();
  outputs.add('spans', 'k', span({ name: 'kept' }), 9);
  outputs.seal();
  expect(outputs.take().map(({ time, value }) => [time, ...namesOf(value)])).toEqual([[9, 'kept']]);
});

test('what is for all partitions goes to each of them once, beside what has a key', () => {
  const outputs = collector();
  outputs.add('spans', 'k', span({ name: 'one' }));
  outputs.addToAll('spans', span({ name: 'all' }));
  outputs.seal();
  const names = outputs.take().map(({ partition, value }) => [partition, ...namesOf(value)]);
  expect(names.sort()).toEqual([expect.arrayContaining([0, 'all']), expect.arrayContaining([1, 'all'])]);
  expect(names.flat().filter((each) => each === 'one')).toHaveLength(1);
});

import { expect, test } from 'vitest';
import { leavesOf } from './leaves.ts';

const read = (payload: unknown, entity?: string) =>
  leavesOf(payload, entity).leaves.map((leaf) => `${leaf.entity} ${leaf.path} ${leaf.field} ${leaf.normal?.text}`);

test('a leaf says something about the object that has an id', () => {
  expect(read({ orderId: '#A-1', customer_id: 'C-9', total: '45.00', address: { city: 'Rome' } })).toEqual([
    'a-1 orderId order_id a-1',
    'a-1 customer_id customer_id c-9',
    'a-1 total total 45',
    'a-1 address.city city rome',
  ]);
});

test('an id of its own prevails over the ids of others', () => {
  expect(read({ customer_id: 'C-9', id: 'A-1' })).toEqual(['a-1 customer_id customer_id c-9', 'a-1 id id a-1']);
});

test('an element of a list says nothing of what is around the list', () => {
  expect(read({ id: 'A-1', items: [{ id: 'I-1', price: 3 }, { price: 4 }], tags: ['new'] })).toEqual([
    'a-1 id id a-1',
    'i-1 items[].id id i-1',
    'i-1 items[].price price 3',
    ' items[].price price 4',
    'a-1 tags[] tags new',
  ]);
});

test('what is filed under an id is about it', () => {
  expect(read({ 'A-1': { total: 3 } })).toEqual(['a-1 A-1.total total 3']);
});

test('what a call was about holds for a result that does not name it', () => {
  expect(read({ status: 'shipped' }, 'a-1')).toEqual(['a-1 status status shipped']);
});

test('a payload without bounds is read up to a bound, which is told', () => {
  const { leaves, isCut } = leavesOf(Array.from({ length: 1_000 }, (_, i) => i));
  expect([leaves.length, isCut]).toEqual([512, true]);
  let nested: unknown = 1;
  for (let i = 0; i < 100; i++) nested = [nested];
  expect(leavesOf(nested)).toEqual({ leaves: [], isCut: true });
});

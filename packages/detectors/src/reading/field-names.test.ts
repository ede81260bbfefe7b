import { expect, test } from 'vitest';
import { entityTypeOf, fieldName, isIdField } from './field-names.ts';

test.each([
  ['orderId', 'order_id'],
  ['order-id', 'order_id'],
  ['Order ID', 'order_id'],
  ['customerIDNumber', 'customer_id_number'],
  ['amount', 'amount'],
])('%s is %s', (key, name) => expect(fieldName(key)).toBe(name));

test.each(['id', 'order_id', 'item_ids', 'invoice_number', 'email', 'sku', 'payment_ref'])(
  '%s names a thing',
  (field) => expect(isIdField(field)).toBe(true),
);

test.each(['amount', 'paid', 'number_of_items', 'quantity', 'grid', 'video', 'zip_code'])('%s names none', (field) =>
  expect(isIdField(field)).toBe(false),
);

test('the stem of an id says what it names', () => {
  expect(['order_id', 'invoice_number', 'id'].map(entityTypeOf)).toEqual(['order', 'invoice', '']);
});

import { expect, test } from 'vitest';
import { schemaCheck } from './schema-check.ts';

const order = {
  type: 'object',
  properties: {
    id: { type: 'string', pattern: '^#W[0-9]+$' },
    count: { type: 'integer', minimum: 1 },
    size: { enum: ['small', 'large'] },
    gift: { type: 'boolean' },
  },
  required: ['id'],
  additionalProperties: false,
};

test.each([
  ['a value that holds', { id: '#W1', count: 2 }, []],
  ['a missing property', { count: 2 }, ['required']],
  ['a property too many, leniently', { id: '#W1', sise: 1 }, ['additionalProperties?']],
  ['a number as text, leniently', { id: '#W1', count: '2' }, ['type?']],
  ['a boolean as text, leniently', { id: '#W1', gift: 'true' }, ['type?']],
  ['text where a number belongs', { id: '#W1', count: 'two' }, ['type']],
  ['a value outside its enumeration', { id: '#W1', size: 'medium' }, ['enum']],
  ['a value below its minimum', { id: '#W1', count: 0 }, ['minimum']],
  ['a value of another pattern', { id: 'W1' }, ['pattern']],
  ['null for an optional property, which is no break', { id: '#W1', count: null }, []],
  ['null for a required property', { id: null }, ['type']],
  ['a list in place of an object', [], ['type']],
])('finds %s', (_name, value, keywords) => {
  const found = schemaCheck(order)(value).map(({ keyword, lenient }) => keyword + (lenient ? '?' : ''));
  expect(found).toEqual(keywords);
});

test.each([
  ['no schema', undefined],
  ['text', 'object'],
  ['a type that does not exist', { type: 'objekt' }],
  ['a reference that leads nowhere', { $ref: 'https://example.com/order.json' }],
  ['an unknown draft', { $schema: 'http://example.com/draft', type: ['object', 'string'] }],
])('holds for everything where the schema is %s', (_name, schema) => {
  expect(schemaCheck(schema)({ any: 1 })).toEqual([]);
});

test('two schemas of one name do not meet', () => {
  schemaCheck({ $id: 'order', type: 'object' });
  expect(schemaCheck({ $id: 'order', type: 'array' })({})).toHaveLength(1);
});

test('types in capitals are understood', () => {
  expect(schemaCheck({ type: 'OBJECT', properties: { a: { type: 'STRING' } } })({ a: {} })).toHaveLength(1);
});

test('references within the schema and newer keywords are followed', () => {
  const pair = { $defs: { n: { type: 'integer' } }, prefixItems: [{ $ref: '#/$defs/n' }] };
  expect(schemaCheck(pair)(['x'])).toHaveLength(1);
});

test('a pattern that would take exponential time is not tested', () => {
  const check = schemaCheck({ type: 'string', pattern: '^(a+)+$' });
  expect(check(`${'a'.repeat(40)}!`)).toEqual([]);
});

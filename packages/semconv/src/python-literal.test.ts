import { expect, it } from 'vitest';
import { parsePythonLiteral, parsePythonString } from './python-literal.ts';

it.each([
  [
    "{'order_id': 'A-1042', 'amount': 59.9, 'express': True, 'note': None}",
    { order_id: 'A-1042', amount: 59.9, express: true, note: null },
  ],
  [`{"it's": ['a', ("b", -2e3)]}`, { "it's": ['a', ['b', -2000]] }],
  ["{'line': 'a\\nb\\'c\\u00e9'}", { line: "a\nb'cé" }],
  ['{}', {}],
  ['[1, 2, ]', [1, 2]],
])('reads %s', (text, value) => expect(parsePythonLiteral(text)).toEqual(value));

it.each([
  "{'a': HumanMessage(content='x')}",
  "{'a' 1}",
  "{'a': 1",
  "['a'",
  "{'a': 1} tail",
  'A-1042',
  '',
  '(',
  "{'a': toString}",
])('leaves %j alone', (text) => expect(parsePythonLiteral(text)).toBeUndefined());

it('gives up on what is nested beyond reason', () => {
  expect(parsePythonLiteral('['.repeat(100_000))).toBeUndefined();
});

it('reads one quoted text and says where it ends', () => {
  expect(parsePythonString("content='it is \\'so\\'' name='x'", 8)).toEqual({ value: "it is 'so'", end: 22 });
});

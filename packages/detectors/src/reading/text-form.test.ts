import { expect, test } from 'vitest';
import { formOf } from './text-form.ts';

test.each([
  ['Where is my order?', 'plain'],
  ['  ', 'empty'],
  ['{"order": "W1", "items": [1, 2]}', 'json'],
  ['[1, 2, 3]', 'json'],
  ['Look:\n```json\n{"order": "W1", "items": [1, 2]}\n```', 'json'],
  ['[Anna] wrote that {nothing} works', 'plain'],
  ['<order><id>1</id></order>', 'markup'],
  ['<3 thanks for the help', 'plain'],
  ['Please do:\n- one\n- two\n- three', 'list'],
  ['1. milk\n2. eggs\n3) bread', 'list'],
  ['name | price | stock\nlamp | 20 | 3\nchair | 50 | 1', 'table'],
  ['id\tname\tprice\n1\tlamp\t20\n2\tchair\t50', 'table'],
  ['def f(x):\n    return (x + 1)\n\nif f(1) == 2:\n    print(1);', 'code'],
  ['Why does this fail?\n```python\nfor i in range(10):\n  print(i)\n```', 'code'],
  ['Dear all,\nI would like to order;\nthank you\nAnna', 'plain'],
])('%j', (text, form) => {
  expect(formOf(text)).toBe(form);
});

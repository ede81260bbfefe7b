import { span } from '@spanwise/testkit/spans';
import { expect, test } from 'vitest';
import {
  entitiesOf,
  factsAbout,
  givenOf,
  inputStatement,
  isCutStatement,
  resultStatement,
  states,
} from './statement.ts';

const result = (toolResult: unknown, args: unknown = {}, tool = 'get_order') =>
  resultStatement(span({ tool, toolArguments: JSON.stringify(args), toolResult: JSON.stringify(toolResult) }));

test('a result that names no id is about what the call asked for', () => {
  const statement = result({ total: '45.00', email: 'a@b.example' }, { order_id: '#A-1' });
  expect(factsAbout(statement, 'a-1')).toContainEqual({ field: 'total', value: '45' });
});

test('a result may be about what the tool is named for', () => {
  const statement = result({ order_id: 'A-1', total: 45 }, { customer_id: 'C-9' }, 'find_last_order');
  expect(factsAbout(statement, 'a-1')).toContainEqual({ field: 'total', value: '45' });
});

test('each object of a list has its own facts', () => {
  const statement = result([
    { id: 'A-1', total: 1 },
    { id: 'A-2', total: 2 },
  ]);
  expect(entitiesOf(statement)).toEqual(['a-1', 'a-2']);
  expect(factsAbout(statement, 'a-2')).toEqual([
    { field: 'id', value: 'a-2' },
    { field: 'total', value: '2' },
  ]);
});

test('values are found in whatever form they were written', () => {
  const statement = result({ note: 'Paid $1,234.50 for #W99', method: { card_4421: { last: '7447' } } });
  for (const value of ['1234.5', 'w99', 'card_4421', '7447']) expect(states(statement, value)).toBe(true);
  expect(states(statement, '234.5')).toBe(false);
});

test('a result in words states its values', () => {
  const statement = resultStatement(span({ toolResult: 'Order W99 was shipped on May 5, 2026.' }));
  expect([states(statement, 'w99'), states(statement, '2026-05-05')]).toEqual([true, true]);
});

test('a statement that is too long says that it was cut', () => {
  const statement = result(Array.from({ length: 400 }, (_, i) => ({ id: `item-${i}`, price: i })));
  expect(isCutStatement(statement)).toBe(true);
  expect(statement.length).toBeLessThan(6_000);
  expect(isCutStatement(result({ total: 1 }))).toBe(false);
});

test('arguments state what is asked for', () => {
  const given = givenOf(span({ toolArguments: '{"order_id":"A-1","amount":"45.00"}' }));
  expect(factsAbout(given, 'a-1')).toEqual([
    { field: 'order_id', value: 'a-1' },
    { field: 'amount', value: '45' },
  ]);
});

const said = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });
const input = (...messages: unknown[]) =>
  inputStatement(span({ kind: 'llm', inputMessages: JSON.stringify(messages) }));

test('of an input that repeats the conversation only what the user said last is new', () => {
  const statement = input(said('user', 'Order A-1'), said('assistant', 'Which item?'), said('user', 'Item I-7'));
  expect([states(statement, 'i-7'), states(statement, 'a-1')]).toEqual([true, false]);
});

test('of an input that begins a conversation all is new', () => {
  const statement = input(said('system', 'Desk 12'), said('user', 'Order A-1'));
  expect([states(statement, '12'), states(statement, 'a-1')]).toEqual([true, true]);
});

import { describe, expect, it } from 'vitest';
import { askedIn, payloadIn } from './handoff-payload.ts';

const order = { order_id: 'A-1042', amount: 59.9 };

describe('the fields of a payload are found', () => {
  it.each([
    ['in arguments', JSON.stringify(order), order],
    ['beside the name of the target', JSON.stringify({ agent_name: 'refunds', ...order }), order],
    ['in an object within', { input: order }, order],
    ['in a text within', { request: `Refund request: ${JSON.stringify(order)}` }, order],
    ['in a text', `Refund request: ${JSON.stringify(order)}`, order],
  ])('%s', (_, given, fields) => expect(payloadIn(given).forms).toContainEqual(fields));

  it.each([
    ['the target alone', { agent_name: 'refunds_agent' }],
    ['words', 'Please refund the order.'],
    ['half a JSON', '{"order_id": "A-'],
    ['nothing', ''],
  ])('not in %s', (_, given) => expect(payloadIn(given).forms).toEqual([]));
});

describe('two payloads ask for the same', () => {
  it.each([
    ['where keys are in another order', order, { amount: 59.9, order_id: 'A-1042' }],
    ['where one is put into words', JSON.stringify(order), `Refund request: ${JSON.stringify(order)}`],
    ['where one words it with other marks', { request: 'Refund A-1042, please!' }, 'refund a-1042 please'],
    ['where they go to different agents', { agent: 'a', ...order }, { agent: 'b', ...order }],
  ])('%s', (_, one, other) => {
    const tasks = payloadIn(other).tasks;
    expect(payloadIn(one).tasks.some((task) => tasks.includes(task))).toBe(true);
  });

  it('not where a value differs', () => {
    const tasks = payloadIn({ ...order, amount: 60 }).tasks;
    expect(payloadIn(order).tasks.some((task) => tasks.includes(task))).toBe(false);
  });
});

it('an agent is asked by what stands in its input before anybody answered', () => {
  const part = (content: string) => [{ type: 'text', content }];
  const input = [
    { role: 'system', parts: part('You refund.') },
    { role: 'user', parts: part('Refund A-1042.') },
    { role: 'assistant', parts: part('Why?') },
    { role: 'user', parts: part('Damaged.') },
  ];
  expect(askedIn(JSON.stringify(input))).toBe('Refund A-1042.');
});

import { expect, test } from 'vitest';
import { handoffSubject } from './handoff-counts.ts';

const REFUND = { order_id: 'string', amount: 'number', note: 'string' } as const;
const BARE = { order_id: 'string', amount: 'number' } as const;
const ENVELOPE = { args: 'array', kwargs: 'object' } as const;

test('payloads with most fields in common are of one form, others of another', () => {
  const counts = handoffSubject.empty();
  for (const shape of [REFUND, ENVELOPE, BARE, REFUND]) handoffSubject.learn(counts, [shape]);
  expect(counts).toEqual({
    handoffs: 4,
    forms: [
      { handoffs: 3, fields: { order_id: { string: 3 }, amount: { number: 3 }, note: { string: 2 } } },
      { handoffs: 1, fields: { args: { array: 1 }, kwargs: { object: 1 } } },
    ],
  });
});

test('an envelope and what is in it are each of a form, and one handoff', () => {
  const counts = handoffSubject.empty();
  handoffSubject.learn(counts, [ENVELOPE, BARE, {}]);
  expect(counts).toMatchObject({ handoffs: 1, forms: [{ handoffs: 1 }, { handoffs: 1 }] });
});

test('of ever new forms the one seen least makes room', () => {
  const counts = handoffSubject.empty();
  for (let i = 0; i < 3; i++) handoffSubject.learn(counts, [BARE]);
  for (let i = 0; i < 100; i++) handoffSubject.learn(counts, [{ [`only_${i}`]: 'string' }]);
  expect(counts.forms).toHaveLength(6);
  expect(counts.forms[0]).toMatchObject({ handoffs: 3 });
});

test('of a form with ever new fields no more than 32 are counted', () => {
  const counts = handoffSubject.empty();
  for (let i = 0; i < 100; i++) handoffSubject.learn(counts, [{ ...BARE, [`extra_${i}`]: 'string' }]);
  expect(counts.forms).toHaveLength(1);
  expect(Object.keys(counts.forms[0]?.fields ?? {})).toHaveLength(32);
});

test('what was counted apart is added to its form, and half is forgotten', () => {
  const [counts, apart] = [handoffSubject.empty(), handoffSubject.empty()];
  for (let i = 0; i < 4; i++) handoffSubject.learn(counts, [REFUND]);
  handoffSubject.learn(apart, [BARE]);
  handoffSubject.learn(apart, [ENVELOPE]);
  handoffSubject.merge(counts, apart);
  expect(counts).toMatchObject({
    handoffs: 6,
    forms: [{ handoffs: 5, fields: { order_id: { string: 5 }, note: { string: 4 } } }, { handoffs: 1 }],
  });
  handoffSubject.halve(counts);
  expect(counts).toEqual({
    handoffs: 3,
    forms: [{ handoffs: 2, fields: { order_id: { string: 2 }, amount: { number: 2 }, note: { string: 2 } } }],
  });
});

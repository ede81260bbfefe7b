import { expect, test } from 'vitest';
import { payloadSubject } from './payload-counts.ts';

const REFUND = { order_id: 'string', amount: 'number', note: 'string' } as const;
const BARE = { order_id: 'string', amount: 'number' } as const;
const ENVELOPE = { args: 'array', kwargs: 'object' } as const;

test('payloads with most fields in common are of one form, others of another', () => {
  const counts = payloadSubject.empty();
  for (const shape of [REFUND, ENVELOPE, BARE, REFUND]) payloadSubject.learn(counts, [shape]);
  expect(counts).toEqual({
    payloads: 4,
    forms: [
      { payloads: 3, fields: { order_id: { string: 3 }, amount: { number: 3 }, note: { string: 2 } } },
      { payloads: 1, fields: { args: { array: 1 }, kwargs: { object: 1 } } },
    ],
  });
});

test('an envelope and what is in it are each of a form, and one handoff', () => {
  const counts = payloadSubject.empty();
  payloadSubject.learn(counts, [ENVELOPE, BARE, {}]);
  expect(counts).toMatchObject({ payloads: 1, forms: [{ payloads: 1 }, { payloads: 1 }] });
});

test('of ever new forms the one seen least makes room', () => {
  const counts = payloadSubject.empty();
  for (let i = 0; i < 3; i++) payloadSubject.learn(counts, [BARE]);
  for (let i = 0; i < 100; i++) payloadSubject.learn(counts, [{ [`only_${i}`]: 'string' }]);
  expect(counts.forms).toHaveLength(6);
  expect(counts.forms[0]).toMatchObject({ payloads: 3 });
});

test('of a form with ever new fields no more than 32 are counted', () => {
  const counts = payloadSubject.empty();
  for (let i = 0; i < 100; i++) payloadSubject.learn(counts, [{ ...BARE, [`extra_${i}`]: 'string' }]);
  expect(counts.forms).toHaveLength(1);
  expect(Object.keys(counts.forms[0]?.fields ?? {})).toHaveLength(32);
});

test('what was counted apart is added to its form, and half is forgotten', () => {
  const [counts, apart] = [payloadSubject.empty(), payloadSubject.empty()];
  for (let i = 0; i < 4; i++) payloadSubject.learn(counts, [REFUND]);
  payloadSubject.learn(apart, [BARE]);
  payloadSubject.learn(apart, [ENVELOPE]);
  payloadSubject.merge(counts, apart);
  expect(counts).toMatchObject({
    payloads: 6,
    forms: [{ payloads: 5, fields: { order_id: { string: 5 }, note: { string: 4 } } }, { payloads: 1 }],
  });
  payloadSubject.halve(counts);
  expect(counts).toEqual({
    payloads: 3,
    forms: [{ payloads: 2, fields: { order_id: { string: 2 }, amount: { number: 2 }, note: { string: 2 } } }],
  });
});

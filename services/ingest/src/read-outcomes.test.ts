import { expect, it } from 'vitest';
import { MOST_OUTCOMES, readOutcomes } from './read-outcomes.ts';

const RECEIVED = Date.UTC(2026, 4, 1) * 1_000;
const TRACE = 'ab'.repeat(16);
const read = (given: unknown) => readOutcomes(Buffer.from(JSON.stringify(given)), 'acme', RECEIVED);
const given = { sessionId: 'conv-7', success: false, source: 'user' };

it('takes one outcome, or an array of them', () => {
  expect(read({ ...given, reason: 'no refund came' })).toEqual([
    {
      ...{ tenant: 'acme', outcomeId: expect.stringMatching(/^[0-9a-f]{32}$/), sessionId: 'conv-7', traceId: '' },
      ...{
        isSuccess: false,
        score: 0,
        source: 'user',
        reason: 'no refund came',
        time: RECEIVED,
        receivedTime: RECEIVED,
      },
    },
  ]);
  expect(read([given, { traceId: TRACE.toUpperCase(), score: 0.75, source: 'test' }])[1]).toMatchObject({
    ...{ sessionId: '', traceId: TRACE, isSuccess: true, score: 0.75 },
  });
  expect(read([])).toEqual([]);
});

it('gives what says the same the same id, and another to what does not', () => {
  const idOf = (outcome: object) => read(outcome)[0]?.outcomeId;
  const again = readOutcomes(Buffer.from(JSON.stringify(given)), 'acme', RECEIVED + 5e6)[0]?.outcomeId;
  expect(again).toBe(idOf(given));
  const others = [{ sessionId: 'conv-8' }, { success: true }, { source: 'test' }, { reason: 'x' }, { time: 1.7e12 }];
  expect(new Set(others.map((change) => idOf({ ...given, ...change }))).size).toBe(others.length);
  expect(others.map((change) => idOf({ ...given, ...change }))).not.toContain(again);
  expect(idOf({ ...given, outcomeId: 'mine' })).toBe('mine');
});

it('takes a time as ISO 8601 or milliseconds, and no time ahead of its reception', () => {
  const timeOf = (time: unknown) => read({ ...given, time })[0]?.time;
  expect(timeOf('2026-04-30T12:00:00Z')).toBe(Date.UTC(2026, 3, 30, 12) * 1_000);
  expect(timeOf(Date.UTC(2026, 3, 30))).toBe(Date.UTC(2026, 3, 30) * 1_000);
  expect(timeOf('2099-01-01T00:00:00Z')).toBe(RECEIVED);
});

it.each([
  ['', /empty/],
  ['{', /no JSON/],
  ['7', /object/],
  ['[null]', /outcome 0: an outcome is an object/],
  [JSON.stringify([given, { ...given, score: 1 }]), /outcome 1: success and score/],
  [JSON.stringify({ source: 'user', success: true }), /sessionId or traceId/],
  [JSON.stringify({ ...given, source: undefined }), /source/],
  [JSON.stringify({ ...given, success: undefined }), /success .* or score/],
  [JSON.stringify({ ...given, success: 'yes' }), /true or false/],
  [JSON.stringify({ ...given, success: null, score: 2 }), /from 0 to 1/],
  [JSON.stringify({ ...given, traceId: '12' }), /32 hex/],
  [JSON.stringify({ ...given, traceId: '0'.repeat(32) }), /32 hex/],
  [JSON.stringify({ ...given, sessionId: 'x'.repeat(300) }), /at most 256/],
  [JSON.stringify({ ...given, sessionId: 7 }), /sessionId must be a text/],
  [JSON.stringify({ ...given, time: 'yesterday' }), /ISO 8601/],
  [JSON.stringify({ ...given, session_id: 'a' }), /no field "session_id"/],
  [JSON.stringify(Array.from({ length: MOST_OUTCOMES + 1 }, () => given)), /at most 1000/],
])('says of %s what is wrong', (body, message) => {
  expect(() => readOutcomes(Buffer.from(body), 'acme', RECEIVED)).toThrow(message);
});

import { expect, it } from 'vitest';
import { renewed, templateOf } from './load.ts';

const trace = (byte: number): Buffer => Buffer.alloc(16, byte);
const conversation = 'c0ffee';
const body = Buffer.concat([Buffer.from('a'), trace(1), Buffer.from(conversation), trace(2), trace(1)]);
const content = {
  spans: 3,
  sessions: 1,
  traceIds: [trace(1).toString('hex'), trace(2).toString('hex')],
  conversationIds: [conversation],
};

it('a renewed request has the same spans under other ids, one for what was one', () => {
  const template = templateOf(body, content);
  expect(template).toMatchObject({ spans: 3, runs: 2, sessions: 1 });
  const copy = renewed(template);
  expect(copy).toHaveLength(body.length);
  expect(copy.subarray(1, 17)).not.toEqual(trace(1));
  expect(copy.subarray(1, 17)).toEqual(copy.subarray(39, 55));
  expect(copy.subarray(23, 39)).not.toEqual(copy.subarray(1, 17));
  expect(copy.toString('latin1', 17, 23)).toMatch(/^[0-9a-f]{6}$/);
  expect(copy.toString('latin1', 17, 23)).not.toBe(conversation);
  expect(copy[0]).toBe(body[0]);
});

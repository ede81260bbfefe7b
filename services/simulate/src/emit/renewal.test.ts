import { expect, it } from 'vitest';
import { Renewable } from './renewal.ts';

const bytes = (text: string) => Buffer.from(text);
const message = new Renewable(bytes('a11b22c11'), [bytes('11'), bytes('22'), bytes('33')]);

it('replaces a value wherever it stands, and what stands nowhere not at all', () => {
  expect(message.with([bytes('xx'), bytes('yy'), bytes('zz')]).toString()).toBe('axxbyycxx');
});

it('stays as it was', () => {
  message.with([bytes('xx'), bytes('yy'), bytes('zz')]);
  expect(message.with([bytes('11'), bytes('22'), bytes('33')]).toString()).toBe('a11b22c11');
});

it('takes only as many values as it has, of their lengths', () => {
  expect(() => message.with([bytes('xx')])).toThrow('3 values are to be replaced, 1 are given');
  expect(() => message.with([bytes('xx'), bytes('y'), bytes('zz')])).toThrow('value 1 has 1 bytes in place of 2');
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hash64, hash128 } from './identity-hash.ts';

it('gives 32 hex digits that never change, since ids of stored findings are made of them', () => {
  expect(hash128('')).toBe('00000000000000000000000000000000');
  expect(hash128('default\n4bf92f3577b34da6a3ce929d0e0e4736\nrecovery\n00f067aa0ba902b7')).toMatchInlineSnapshot(
    `"30eeddff789569e4bfd4bfea0eeda650"`,
  );
  expect(hash64('a')).toBe(hash128('a').slice(0, 16));
});

it('tells texts apart that differ in one unit, in length, or in trailing zeros', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 40 }), (a, b) => {
      expect(hash128(a) === hash128(b)).toBe(a === b);
      expect(hash128(`${a}\u0000`)).not.toBe(hash128(a));
      expect(hash128(a)).toMatch(/^[0-9a-f]{32}$/);
    }),
  );
});

it('does not collide over many like ids, not even in its half', () => {
  const seen = new Set<string>();
  for (let i = 0; i < 50_000; i++) seen.add(hash64(`span ${i}`));
  expect(seen.size).toBe(50_000);
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type IndexRanges, include, includeBelow, includes } from './index-ranges.ts';

it('holds what was put in, as ranges that do not touch', () => {
  const act = fc.record({ below: fc.boolean(), index: fc.nat(40) });
  fc.assert(
    fc.property(fc.array(act), (acts) => {
      const ranges: IndexRanges = [];
      const set = new Set<number>();
      for (const { below, index } of acts) {
        if (below) includeBelow(ranges, index);
        else if (!includes(ranges, index)) include(ranges, index);
        for (let i = below ? 0 : index; i < (below ? index : index + 1); i++) set.add(i);
      }
      for (let i = 0; i <= 41; i++) expect(includes(ranges, i), `${i}`).toBe(set.has(i));
      for (const [i, [from]] of ranges.slice(1).entries()) expect(from).toBeGreaterThan(ranges[i]?.[1] ?? from);
    }),
  );
});

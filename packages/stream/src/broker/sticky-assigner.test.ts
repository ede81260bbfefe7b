import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignSticky } from './sticky-assigner.ts';

const members = fc.uniqueArray(
  fc.record({ id: fc.string({ minLength: 1, maxLength: 4 }), owned: fc.array(fc.nat(20)) }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 6 },
);

describe('the sticky assigner', () => {
  it('gives every partition to exactly one member, and every member as many but one, whatever they claim', () => {
    fc.assert(
      fc.property(members, fc.nat(16), (list, partitions) => {
        const assignment = assignSticky(list, partitions);
        const all = [...assignment.values()].flat().sort((a, b) => a - b);
        expect(all).toEqual(Array.from({ length: partitions }, (_, partition) => partition));
        const sizes = [...assignment.values()].map((mine) => mine.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect([...assignment.keys()].sort()).toEqual(list.map(({ id }) => id).sort());
      }),
    );
  });

  it('moves nothing when nobody came or went', () => {
    fc.assert(
      fc.property(members, fc.nat(16), (list, partitions) => {
        const first = assignSticky(list, partitions);
        const again = assignSticky(
          [...first].map(([id, owned]) => ({ id, owned })),
          partitions,
        );
        expect(again).toEqual(first);
      }),
    );
  });

  it('takes from the others only what a newcomer must get', () => {
    const assignment = assignSticky(
      [
        { id: 'a', owned: [1, 3] },
        { id: 'b', owned: [0, 2] },
        { id: 'c', owned: [] },
      ],
      4,
    );
    expect(assignment.get('a')).toEqual([1, 3]);
    expect(assignment.get('b')).toEqual([0]);
    expect(assignment.get('c')).toEqual([2]);
  });
});

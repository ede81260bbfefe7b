import { partitionForKey } from '@spanwise/stream';
import { expect, it } from 'vitest';
import { IdSource, TENANT } from './ids.ts';

it('gives distinct ids, the same for the same seed', () => {
  const ids = () => {
    const source = new IdSource(7);
    return Array.from({ length: 500 }, () => source.trace());
  };
  expect(new Set(ids()).size).toBe(500);
  expect(ids()).toEqual(ids());
  for (const id of ids()) expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(new IdSource(8).trace()).not.toBe(new IdSource(7).trace());
});

it.each([0, 1, 2, 3])('gives ids of traces in partition %i when asked', (partition) => {
  const source = new IdSource(1);
  for (let i = 0; i < 50; i++) {
    expect(partitionForKey(`${TENANT}/${source.trace(partition, 4)}`, 4)).toBe(partition);
  }
});

it('gives conversations apart', () => {
  const source = new IdSource(1);
  expect(source.conversation()).toMatch(/^[0-9a-f]{16}$/);
  expect(source.conversation()).not.toBe(source.conversation());
});

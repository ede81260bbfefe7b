import { hash } from 'node:crypto';

const BUCKETS = 4_096;

/**
 * A multiset of records in a few kilobytes: in each of many buckets the sum of the hashes of what is in it. Two multisets are equal
 * if their sums are, but for a chance of about 2^-64 a bucket; where they differ, only the records of those buckets need
 * to be looked at.
 */
export class MultisetSums {
  readonly #sums = new BigUint64Array(BUCKETS);
  readonly #counts = new Uint32Array(BUCKETS);

  /** @param id decides the bucket: the id of what the record is about */
  add(id: string, record: string): void {
    const bucket = bucketOf(id);
    this.#sums[bucket] = (this.#sums[bucket] ?? 0n) + hash('sha1', record, 'buffer').readBigUInt64LE(0);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
  }

  get size(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** Buckets in which two multisets differ. */
  differingFrom(other: MultisetSums): Set<number> {
    const differing = new Set<number>();
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      const same = this.#sums[bucket] === other.#sums[bucket] && this.#counts[bucket] === other.#counts[bucket];
      if (!same) differing.add(bucket);
    }
    return differing;
  }
}

export function bucketOf(id: string): number {
  return hash('sha1', id, 'buffer').readUInt16LE(0) % BUCKETS;
}

export interface Difference {
  readonly id: string;
  /** Records that are on one side more often than on the other */
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

/** What differs between two multisets of records by id: both sides whole. */
export function differences(
  expected: ReadonlyMap<string, readonly string[]>,
  found: ReadonlyMap<string, readonly string[]>,
): Difference[] {
  const differing: Difference[] = [];
  for (const id of new Set([...expected.keys(), ...found.keys()])) {
    const missing = without(expected.get(id) ?? [], found.get(id) ?? []);
    const extra = without(found.get(id) ?? [], expected.get(id) ?? []);
    if (missing.length > 0 || extra.length > 0) differing.push({ id, missing, extra });
  }
  return differing;
}

function without(all: readonly string[], taken: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const record of taken) left.set(record, (left.get(record) ?? 0) + 1);
  return all.filter((record) => {
    const count = left.get(record) ?? 0;
    left.set(record, count - 1);
    return count <= 0;
  });
}

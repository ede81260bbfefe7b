import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FetchBudget } from './fetch-budget.ts';

const MIB = 1024 * 1024;
const limits = { bufferBytes: 256 * MIB, batchBytes: 32 * MIB };

/** A partition to which a fetch brings up to 1 MiB, and whose whole batches leave it one after the other. */
class Partition {
  begun = true;
  paused = true;
  readonly #announced: number;
  readonly #load: number;
  open = 0;
  queued = 0;
  taken = 0;

  constructor(announced: number, load: number) {
    this.#announced = announced;
    this.#load = load;
  }

  get writer() {
    const recovering = this.taken < this.#announced;
    const full = !recovering && (this.queued > 0 || this.open >= limits.batchBytes);
    return { recovering, full, bufferedBytes: this.open + this.queued };
  }

  get recovering(): boolean {
    return this.writer.recovering;
  }

  fetch(): void {
    const left = this.recovering ? this.#announced - this.taken : this.#load;
    const bytes = Math.min(MIB, left);
    this.open += bytes;
    this.taken += bytes;
    if (this.recovering || this.queued > 0) return;
    this.queued = this.open;
    this.open = 0;
  }
}

/** Fetches and stores in turns; gives the most that was held. */
function play(partitions: Partition[], rounds: number, insertsPerRound: number): number {
  const budget = new FetchBudget(limits);
  let most = 0;
  const resume = () => {
    for (const partition of budget.toResume(partitions)) partition.paused = false;
  };
  resume();
  for (let round = 0; round < rounds; round++) {
    for (const partition of partitions) {
      if (partition.paused) continue;
      const wasRecovering = partition.recovering;
      partition.fetch();
      if (!partition.recovering && (partition.writer.full || budget.isSpent(partitions))) partition.paused = true;
      if (wasRecovering && !partition.recovering) resume();
    }
    most = Math.max(
      most,
      partitions.reduce((sum, { open, queued }) => sum + open + queued, 0),
    );
    const whole = partitions.filter(({ queued }) => queued > 0);
    for (let i = 0; i < Math.min(insertsPerRound, whole.length); i++) {
      const partition = whole[(round + i) % whole.length] as Partition;
      partition.queued = 0;
      resume();
    }
  }
  return most;
}

const recovering = (count: number) => Array.from({ length: count }, () => new Partition(32 * MIB, 0));

test('a store that recovers every partition while ClickHouse is away holds what its limit says', () => {
  const partitions = recovering(24);
  expect(play(partitions, 500, 0)).toBeLessThanOrEqual(limits.bufferBytes);
  const whole = partitions.filter((partition) => !partition.recovering);
  expect(whole, 'as many as there is room for').toHaveLength(8);
});

test('every recovery comes to its end, however much else comes, and what is held stays within the limit', () => {
  const anyPartition = fc.record({
    announced: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 32 * MIB })),
    load: fc.integer({ min: 0, max: MIB }),
  });
  fc.assert(
    fc.property(
      fc.array(anyPartition, { minLength: 1, maxLength: 24 }),
      fc.integer({ min: 1, max: 4 }),
      (given, insertsPerRound) => {
        const partitions = given.map(({ announced, load }) => new Partition(announced, load));
        const most = play(partitions, 2_000, insertsPerRound);
        // each may have had a fetch under way
        expect(most).toBeLessThanOrEqual(limits.bufferBytes + given.length * MIB);
        expect(partitions.filter((partition) => partition.recovering)).toEqual([]);
      },
    ),
    { numRuns: 30 },
  );
});

test('recoveries whose messages do not come leave half of the buffer to the others', () => {
  const stuck = recovering(24);
  for (const partition of stuck) partition.fetch = () => {};
  const busy = new Partition(0, MIB);
  play([...stuck, busy], 100, 1);
  expect(busy.taken).toBeGreaterThan(50 * MIB);
  expect(stuck.filter(({ paused }) => !paused)).toHaveLength(4);
});

test('a buffer smaller than a batch still lets one recovery through at a time', () => {
  const budget = new FetchBudget({ bufferBytes: 8 * MIB, batchBytes: 32 * MIB });
  const partitions = recovering(3);
  expect(budget.toResume(partitions)).toEqual(partitions.slice(0, 1));
});

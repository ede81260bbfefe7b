import { describe, expect, it } from 'vitest';
import { ChangelogDecoder, ChangelogEncoder } from './changelog.ts';
import { SlotStore } from './slot-store.ts';
import { SNAPSHOT_COMMIT_BYTES, Snapshotter } from './snapshotter.ts';
import { TimerTable } from './timer-table.ts';

const VALUE = 'x'.repeat(10_000);
/** Keys of so much new state in one commit, as a multiple of what a snapshot writes in one at least. */
const newKeys = (times: number): number => Math.ceil((times * SNAPSHOT_COMMIT_BYTES) / VALUE.length);
/** Commits that a key lives. */
const LIFE = 40;

/** A partition whose keys come and go, and the changelog it leaves. */
class BusyPartition {
  readonly store = new SlotStore();
  readonly timers = new TimerTable();
  readonly changelog: Buffer[] = [];
  readonly #newKeys: number;
  readonly #changes = new ChangelogEncoder('changes', 1);
  readonly #snapshotter = new Snapshotter(this.store, this.timers, {
    stateVersion: 1,
    policy: { intervalMs: 1000, floorBytes: 0 },
    restoreFrom: 0,
    toRead: 0,
    clock: 0,
  });

  constructor(newKeys: number) {
    this.#newKeys = newKeys;
  }

  get stateBytes(): number {
    return this.#snapshotter.stateBytes;
  }

  get toRead(): number {
    return this.#snapshotter.toRead;
  }

  /** Where one would restore from, when a snapshot was completed by this commit. */
  commit(number: number): number | undefined {
    for (let i = 0; i < this.#newKeys; i++) {
      this.store.put(`${number}/${i}`, 'slot', VALUE);
      this.timers.schedule(`${number}/${i}`, 'end', number + LIFE);
      this.store.delete(`${number - LIFE}/${i}`);
      this.timers.cancel(`${number - LIFE}/${i}`, 'end');
    }
    // one key that lives through it all, and changes now and then
    this.store.put('old', 'slot', Math.floor(number / 7));
    for (const change of this.store.checkpoint()) this.#changes.slot(change);
    for (const change of this.timers.checkpoint()) this.#changes.timer(change);
    const changes = this.#changes.finish();
    const { before, after } = this.#snapshotter.next(number * 250, changes);
    const base = this.changelog.length;
    this.changelog.push(...before, ...changes, ...after);
    this.#snapshotter.restoreFrom(base);
    return this.#snapshotter.committed();
  }
}

function contentOf(store: SlotStore, timers: TimerTable) {
  const slots = new Map<string, unknown>();
  for (const key of store.keys())
    for (const slot of store.slots(key)) slots.set(`${key} ${slot}`, store.get(key, slot));
  const saved = new Map<string, unknown>();
  const iterator = timers.saved();
  for (let timer = iterator.next(); !timer.done; timer = iterator.next()) {
    saved.set(`${timer.value.key} ${timer.value.name}`, timer.value.at);
  }
  return { slots, saved };
}

describe('a snapshot under more changes than it can write itself', () => {
  it('comes to an end, and restores the store as it is then', () => {
    const partition = new BusyPartition(newKeys(1.2));
    let completed = 0;
    for (let number = 0; number < 4 * LIFE; number++) {
      const restoreFrom = partition.commit(number);
      if (restoreFrom === undefined) continue;
      completed++;
      const store = new SlotStore();
      const timers = new TimerTable();
      const decoder = new ChangelogDecoder();
      for (const message of partition.changelog.slice(restoreFrom)) {
        decoder.read(message, { slot: (change) => store.restore(change), timer: (change) => timers.restore(change) });
      }
      expect(contentOf(store, timers)).toEqual(contentOf(partition.store, partition.timers));
    }
    expect(completed).toBeGreaterThan(1);
  });

  it('leaves at most four times the state to read, however much each commit changes', () => {
    const partition = new BusyPartition(newKeys(4));
    let most = 0;
    for (let number = 0; number < 8 * LIFE; number++) {
      partition.commit(number);
      // while the state grows, what was written of it before is as much again
      if (number < 2 * LIFE) continue;
      most = Math.max(most, partition.toRead / partition.stateBytes);
    }
    expect(most).toBeGreaterThan(2);
    expect(most).toBeLessThan(4);
  });
});

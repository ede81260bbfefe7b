import { RESERVED_DISK_BYTES } from '@spanwise/embedded';
import type { Fault } from './fault.ts';
import { pause } from './pause.ts';

const RESOURCE = 'clickhouse';

/** ClickHouse ends, at once or in order, and comes back. */
export const clickhouseAway: Fault = {
  kind: 'clickhouse_away',
  leastMs: 2_000,
  mostMs: 8_000,
  weight: 3,
  resource: RESOURCE,
  async inject({ platform }, { durationMs, random }) {
    const how = random.chance(0.7) ? 'kill' : 'stop';
    await platform.restartClickHouse(how, durationMs);
    return `${how} of ClickHouse, away for ${durationMs} ms`;
  },
};

/** ClickHouse takes connections and does not answer, for longer than an insert is waited for (10 s here). */
export const clickhouseFrozen: Fault = {
  kind: 'clickhouse_frozen',
  leastMs: 11_000,
  mostMs: 14_000,
  weight: 2,
  resource: RESOURCE,
  async inject({ platform }, { durationMs, signal }) {
    platform.signalClickHouse('SIGSTOP');
    await pause(durationMs, signal);
    platform.signalClickHouse('SIGCONT');
    return `froze ClickHouse for ${durationMs} ms`;
  },
};

/** Answers of ClickHouse take long: some inserts are in before they are given up and tried again. */
export const clickhouseSlow: Fault = {
  kind: 'clickhouse_slow',
  leastMs: 6_000,
  mostMs: 14_000,
  weight: 2,
  resource: RESOURCE,
  async inject({ platform }, { durationMs, random, signal }) {
    platform.clickhouseProxy.delayMs = random.integer(1_000, 11_000);
    const { delayMs } = platform.clickhouseProxy;
    await pause(durationMs, signal);
    platform.clickhouseProxy.delayMs = 0;
    return `answers of ClickHouse ${delayMs} ms late for ${durationMs} ms`;
  },
};

/** Less than ClickHouse reserves, and room for the merges that have begun. */
const LEFT_BYTES = RESERVED_DISK_BYTES - 32 * 1024 ** 2;

/** The disk of ClickHouse is full, as far as it lets it become: it refuses inserts and begins no merge. */
export const fullDisk: Fault = {
  kind: 'full_disk',
  leastMs: 4_000,
  mostMs: 10_000,
  weight: 2,
  resource: RESOURCE,
  unavailable: ({ platform }) =>
    platform.disk ? undefined : 'needs the right to mount a small file system (root, or CAP_SYS_ADMIN)',
  async inject({ platform }, { durationMs, signal }) {
    const { disk } = platform;
    if (!disk) return undefined;
    const end = performance.now() + durationMs;
    try {
      // merges free room while the disk is full: it is taken again
      while (performance.now() < end && !signal.aborted) {
        await disk.fill(LEFT_BYTES);
        await pause(250, signal);
      }
    } finally {
      disk.free();
    }
    const discarded = await platform.discardedWrites();
    if (discarded > 0)
      throw new Error(`The embedded ClickHouse discarded ${discarded} writes: its disk was really full`);
    return `the disk of ClickHouse full for ${durationMs} ms`;
  },
};

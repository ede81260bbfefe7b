import { describe, expect, it } from 'vitest';
import { Backoff, persist } from './backoff.ts';

describe('waits', () => {
  it('double up to the bound, and start again after a reset', () => {
    const backoff = new Backoff({ first: 250, most: 1_500 });
    expect([backoff.next(), backoff.next(), backoff.next(), backoff.next()]).toEqual([250, 500, 1_000, 1_500]);
    backoff.reset();
    expect(backoff.next()).toBe(250);
  });

  it('start again after a stable life', () => {
    const backoff = new Backoff({ first: 1_000, most: 10_000, stable: 30_000 });
    const waits = [0, 500, 0, 29_999, 0, 30_000, 10].map((lived) => backoff.nextAfter(lived));
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 1_000, 2_000]);
  });

  it('take a life as long as the longest of them for stable where nothing else is said', () => {
    const backoff = new Backoff({ first: 1, most: 4 });
    expect([0, 0, 3, 4].map((lived) => backoff.nextAfter(lived))).toEqual([1, 2, 4, 1]);
  });

  it('end with the reason of the signal', async () => {
    const stopping = new AbortController();
    const waited = new Backoff({ first: 60_000, most: 60_000 }).wait(stopping.signal);
    stopping.abort(new Error('stopped'));
    await expect(waited).rejects.toThrow('stopped');
  });
});

describe('persist', () => {
  const never = new AbortController().signal;
  const quick = { first: 1, most: 2 };
  const failing = (times: number) => {
    let calls = 0;
    return async () => {
      if (++calls <= times) throw new Error(`failure ${calls}`);
      return calls;
    };
  };

  it('repeats until it succeeds, and tells of each failure', async () => {
    const told: string[] = [];
    const tell = (error: unknown, failures: number) => told.push(`${failures}: ${(error as Error).message}`);
    expect(await persist(failing(2), never, tell, quick)).toBe(3);
    expect(told).toEqual(['1: failure 1', '2: failure 2']);
  });

  it('ends with what its listener throws', async () => {
    const giveUp = (error: unknown, failures: number) => {
      if (failures === 2) throw error;
    };
    await expect(persist(failing(5), never, giveUp, quick)).rejects.toThrow('failure 2');
  });

  it('ends with the reason of the signal, whatever the attempt says', async () => {
    const stopping = new AbortController();
    const attempt = async () => {
      stopping.abort(new Error('stopped'));
      throw new Error('failed');
    };
    const told: unknown[] = [];
    await expect(persist(attempt, stopping.signal, (error) => told.push(error), quick)).rejects.toThrow('stopped');
    expect(told).toEqual([]);
  });
});

import { expect, test } from 'vitest';
import { untilSettled } from './settle.ts';

/** Looks see these states one after another, the last one for ever. */
function states(...seen: { missing: string; count: number }[]) {
  let looks = 0;
  return {
    look: async () => seen[Math.min(looks++, seen.length - 1)] as { missing: string; count: number },
    missing: (state: { missing: string }) => state.missing,
    fingerprint: (state: { count: number }) => String(state.count),
    quietMs: 60,
    patienceMs: 200,
    everyMs: 10,
  };
}

test('it waits until nothing is missing and then until nothing moves', async () => {
  const startedAt = performance.now();
  const options = states({ missing: 'a run', count: 1 }, { missing: '', count: 2 }, { missing: '', count: 3 });
  expect(await untilSettled(options)).toEqual({ seen: { missing: '', count: 3 }, missing: '' });
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(75);
});

test('it gives up when something is missing and nothing moves', async () => {
  expect(await untilSettled(states({ missing: 'a run', count: 1 }))).toMatchObject({ missing: 'a run' });
});

test('as long as something moves it does not give up', async () => {
  const moving = Array.from({ length: 40 }, (_, count) => ({ missing: 'a run', count }));
  const { seen } = await untilSettled(states(...moving, { missing: '', count: 99 }));
  expect(seen.count).toBe(99);
});

test('an abort ends the wait', async () => {
  const stop = AbortSignal.timeout(20);
  await expect(untilSettled({ ...states({ missing: 'a run', count: 1 }), signal: stop })).rejects.toThrow();
});

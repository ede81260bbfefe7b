import { expect, it } from 'vitest';
import { processUsage } from './process-usage.ts';

it('tells CPU time and memory of a running process, and grows with work', () => {
  const before = processUsage(process.pid);
  const until = process.cpuUsage().user + 100_000;
  while (process.cpuUsage().user < until) Math.sqrt(Math.random());
  const after = processUsage(process.pid);
  expect(after.cpuSeconds - before.cpuSeconds).toBeGreaterThanOrEqual(0.05);
  expect(after.peakMemoryMiB).toBeGreaterThan(10);
});

it('throws for a process that does not run', () => {
  expect(() => processUsage(2 ** 30)).toThrow();
});

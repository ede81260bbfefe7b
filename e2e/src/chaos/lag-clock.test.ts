import { expect, it } from 'vitest';
import { LagClock } from './lag-clock.ts';

it('a reader that has read all is not behind', () => {
  const clock = new LagClock();
  clock.note(1_000, 10);
  expect(clock.behindMs(9_000, 10)).toBe(0);
});

it('a reader is behind since what it has not read was written', () => {
  const clock = new LagClock();
  clock.note(1_000, 10);
  clock.note(2_000, 20);
  clock.note(3_000, 30);
  expect(clock.behindMs(3_500, 20)).toBe(500);
  expect(clock.behindMs(3_500, 15)).toBe(1_500);
  expect(clock.behindMs(3_500, 0)).toBe(2_500);
});

it('a partition that stands still makes nobody fall behind who has read it, and others more and more', () => {
  const clock = new LagClock();
  clock.note(1_000, 10);
  clock.note(2_000, 10);
  clock.note(60_000, 10);
  expect(clock.behindMs(60_000, 10)).toBe(0);
  expect(clock.behindMs(60_000, 9)).toBe(59_000);
});

it('a reader has moved since it was last seen elsewhere, wherever between the two it did', () => {
  const clock = new LagClock();
  expect(clock.movedAtMs(1_000, 5)).toBe(0);
  expect(clock.movedAtMs(2_000, 5)).toBe(0);
  expect(clock.movedAtMs(3_000, 6)).toBe(2_000);
  expect(clock.movedAtMs(4_000, 6)).toBe(2_000);
});

import { describe, expect, it } from 'vitest';
import { TickSchedule } from './tick-schedule.ts';

describe('the tick schedule', () => {
  it('never ticks when nothing waits for the clock', () => {
    expect(new TickSchedule(200, 0).due(undefined, 0)).toBe(Number.POSITIVE_INFINITY);
  });

  it('ticks after the silence when something is due by then', () => {
    const ticks = new TickSchedule(200, 0);
    ticks.onMessage(1_000);
    expect(ticks.due(5_100, 5_000)).toBe(1_200);
  });

  it('waits until a tick can make something due', () => {
    const ticks = new TickSchedule(200, 0);
    ticks.onMessage(1_000);
    expect(ticks.due(65_000, 5_000)).toBe(61_000);
  });

  it('asks for the time after a restore, when it cannot know how late it is', () => {
    expect(new TickSchedule(200, 1_000).due(65_000, 5_000)).toBe(1_200);
  });

  it('does not send a second tick while the first is on its way', () => {
    const ticks = new TickSchedule(200, 0);
    ticks.onMessage(1_000);
    ticks.onTick(1_200);
    expect(ticks.due(5_100, 5_000)).toBe(2_200);
    ticks.onMessage(1_250);
    expect(ticks.due(5_100, 5_000)).toBe(1_450);
  });
});

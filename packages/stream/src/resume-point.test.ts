import { describe, expect, it } from 'vitest';
import { decodeResumePoint, encodeResumePoint, InputTrail } from './resume-point.ts';

const point = {
  replayFrom: 5,
  replayClock: 1_795_000_000_000,
  nextOffset: 9,
  clock: 1_795_000_000_999,
  heldOffset: 7,
  heldIndex: 2,
  changelogOffset: 4,
};

describe('a resume point', () => {
  it('comes back from the offset and metadata it was written as', () => {
    const committed = encodeResumePoint(point);
    expect(committed.offset).toBe(5);
    expect(committed.metadata.length).toBeLessThan(180);
    expect(decodeResumePoint(committed)).toEqual(point);
  });

  it('is none where an operator has set the offset', () => {
    expect(decodeResumePoint({ offset: 3, metadata: '' })).toBeUndefined();
  });

  it.each(['text', '{}', '{"v":2,"nextOffset":1}', '{"v":1,"nextOffset":1}'])(
    'refuses the metadata %s of others',
    (metadata) => {
      expect(() => decodeResumePoint({ offset: 3, metadata })).toThrow('is none of this engine');
    },
  );
});

describe('the input trail', () => {
  it('reads again from the first message after the bound, with the clock before it', () => {
    const trail = new InputTrail();
    trail.add(10, 90, 100);
    trail.add(11, 100, 120);
    trail.add(14, 150, 160);
    const next = { offset: 15, clock: 170 };
    expect(trail.replayFrom(90, next)).toEqual({ offset: 10, clock: 90 });
    expect(trail.replayFrom(120, next)).toEqual({ offset: 14, clock: 150 });
    expect(trail.replayFrom(160, next)).toEqual(next);
  });
});

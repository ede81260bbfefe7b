import { describe, expect, it } from 'vitest';
import { EARLIEST_US, FUTURE_US, times } from './times.ts';

const RECEIVED = 1_795_000_000_000_000;
const at = (micros: number, nanos = 0) => ({ micros, nanos });

describe('times', () => {
  it.each([
    ['an ordinary span', at(RECEIVED - 5000, 250), at(RECEIVED, 500), RECEIVED - 5000, 5_000_250],
    [
      'a run recorded in 2024',
      at(1_717_000_000_000_000),
      at(1_717_000_001_000_000),
      1_717_000_000_000_000,
      1_000_000_000,
    ],
    [
      'a clock that is half a day ahead',
      at(RECEIVED + FUTURE_US / 2),
      at(RECEIVED + FUTURE_US / 2),
      RECEIVED + FUTURE_US / 2,
      0,
    ],
  ])('of %s are taken as they are', (_, start, end, startTime, durationNs) => {
    expect(times(start, end, RECEIVED)).toEqual({ startTime, durationNs, originalTimes: '' });
  });

  it.each([
    ['1970', at(0, 5), at(0, 9), EARLIEST_US, 4, '5/9'],
    [
      '2100',
      at(4_102_444_800_000_000),
      at(4_102_444_801_000_000, 1),
      RECEIVED + FUTURE_US,
      1,
      '4102444800000000000/4102444801000000001',
    ],
    [
      'an end before the start',
      at(RECEIVED - 10),
      at(RECEIVED - 20),
      RECEIVED - 10,
      0,
      '1794999999999990000/1794999999999980000',
    ],
    ['an end that was never set', at(RECEIVED - 10), at(0), RECEIVED - 10, 0, '1794999999999990000/0'],
    [
      'twenty years of duration',
      at(EARLIEST_US),
      at(RECEIVED),
      EARLIEST_US,
      Number.MAX_SAFE_INTEGER - 1,
      '946684800000000000/1795000000000000000',
    ],
  ])('of %s are clamped and kept as sent', (_, start, end, startTime, durationNs, originalTimes) => {
    expect(times(start, end, RECEIVED)).toEqual({ startTime, durationNs, originalTimes });
  });
});

import { expect, test } from 'vitest';
import { table } from '../command/text-table.ts';
import { Rate } from './rate.ts';
import { lagIn } from './service-lag.ts';

test('a rate is that of the window, zero at first', () => {
  const rate = new Rate(5_000);
  expect([rate.of(100, 0), rate.of(300, 1_000), rate.of(300, 6_500), rate.of(900, 12_500)]).toEqual([0, 200, 0, 100]);
});

test('lag is the sum over partitions and topics, unknown where a service tells none', () => {
  const metrics = [
    '# HELP spanwise_detect_lag_messages Messages not yet processed',
    '# TYPE spanwise_detect_lag_messages gauge',
    'spanwise_detect_lag_messages{partition="0"} 3',
    'spanwise_detect_lag_messages{partition="1"} 4',
    'spanwise_store_lag_messages{topic="spans"} 5',
    'spanwise_detect_lag_messages_other 100',
  ].join('\n');
  expect(lagIn(metrics)).toBe(12);
  expect(lagIn('process_cpu_seconds_total 1')).toBeUndefined();
});

test('a table is as wide as its cells, numbers to the right', () => {
  expect(
    table(
      ['file', 'n'],
      [
        ['é', 1],
        ['long name', 10],
      ],
    ),
  ).toBe(['file        n', '─────────  ──', 'é           1', 'long name  10'].join('\n'));
});

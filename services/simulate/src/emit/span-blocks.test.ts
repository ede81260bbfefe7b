import { decodeBlock } from '@spanwise/schemas';
import { partitionForKey } from '@spanwise/stream';
import { expect, test } from 'vitest';
import { generateRuns } from '../generate.ts';
import { spanBlocks } from './span-blocks.ts';

const runs = [...generateRuns({ seed: 3, count: 40, preset: 'fleet' })];
const spans = runs.flatMap((run) => run.spans);

test('spans come into blocks of the partition where their run is at home, each once, received when it is said', () => {
  const messages = spanBlocks(spans, { tenant: 'acme', receivedMs: 1_700_000_000_123, partitions: 4 });
  const seen = new Set<string>();
  for (const { partition, value, spans: count } of messages) {
    const records = decodeBlock('Span', value);
    expect(records).toHaveLength(count);
    for (const { tenant, traceId, spanId, receivedTime } of records) {
      expect([tenant, receivedTime]).toEqual(['acme', 1_700_000_000_123_000]);
      expect(partitionForKey(`acme/${traceId}`, 4)).toBe(partition);
      seen.add(spanId);
    }
  }
  expect(seen).toEqual(new Set(spans.map(({ span }) => span.spanId)));
  expect(new Set(messages.map(({ partition }) => partition)).size).toBe(4);
});

test('blocks stay far below what Kafka takes, however many spans there are', () => {
  const messages = spanBlocks(spans, { tenant: 't', receivedMs: 1, partitions: 1 });
  expect(messages.length).toBeGreaterThan(1);
  for (const { value } of messages) expect(value.length).toBeLessThan(700 * 1024);
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { decodeTracesProtobuf } from '@spanwise/otlp';
import { decodeBlock, topic } from '@spanwise/schemas';
import { type BrokerMessage, ensureTopics, KafkaBroker, kafkaClient } from '@spanwise/stream';
import { uniqueName } from '@spanwise/testkit';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import type { RunTruth, Truth } from './truth.ts';
import '@spanwise/testkit/vitest-kafka';

const main = new URL('./main.ts', import.meta.url).pathname;

/** Lets a fleet of ten seconds send to a topic; gives what it said and what is in Kafka then. */
async function simulated(to: 'spans' | 'otlp_spans') {
  const prefix = `${uniqueName('simulate')}.`;
  const brokers = inject('kafkaBrokers');
  const admin = kafkaClient({ brokers, clientId: 'test' }).admin();
  await admin.connect();
  const spec = topic(to);
  const config = { ...spec.config, 'message.timestamp.type': 'CreateTime', 'retention.ms': '-1' };
  await ensureTopics(admin, [{ ...spec, config }], prefix);
  await admin.disconnect();
  const args = ['--to', to, '--fast', '--for', '10s', '--rate', '400', '--truth-topic', 'truths'];
  const env = { ...process.env, SPANWISE_KAFKA_BROKERS: brokers.join(), SPANWISE_TOPIC_PREFIX: prefix };
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (data) => {
    out += data;
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  const totals = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '');
  await using broker = await KafkaBroker.connect({ brokers, clientId: 'test' });
  const messages = await everythingIn(broker, prefix + to);
  const truths = (await everythingIn(broker, `${prefix}truths`)).flat();
  return {
    totals,
    messages,
    runs: truths
      .map(({ value }): Truth => JSON.parse(String(value)))
      .filter((truth): truth is RunTruth => truth.type === 'run'),
  };
}

/** By partition */
async function everythingIn(broker: KafkaBroker, name: string): Promise<BrokerMessage[][]> {
  const partitions = Array.from({ length: await broker.partitionsOf(name) }, (_, partition) => partition);
  return await Promise.all(
    partitions.map(async (partition) => {
      const { low, high } = await broker.watermarks(name, partition);
      const messages: BrokerMessage[] = [];
      const { signal } = new AbortController();
      if (high > low) await broker.read(name, partition, low, high - 1, (message) => messages.push(message), signal);
      return messages;
    }),
  );
}

describe('a fleet that writes blocks', () => {
  let outcome: Awaited<ReturnType<typeof simulated>>;
  beforeAll(async () => {
    outcome = await simulated('spans');
  });

  test('has all its spans in the topic, and its truths in another', () => {
    const spans = outcome.messages.flat().flatMap(({ value }) => decodeBlock('Span', value as Buffer));
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(outcome.totals.spansSent);
    expect(outcome.runs.reduce((sum, run) => sum + run.spans, 0)).toBe(outcome.totals.spansSent);
    expect(new Set(outcome.runs.map(({ traceId }) => traceId))).toEqual(new Set(spans.map(({ traceId }) => traceId)));
  });

  test('has its own time in the messages of each partition, and lets it pass after the last span', () => {
    for (const messages of outcome.messages) {
      const times = messages.map(({ time }) => time);
      // what is sent twice comes a little late
      for (const [i, time] of times.entries()) expect(time).toBeGreaterThan(Math.max(0, ...times.slice(0, i)) - 1_000);
      const withSpans = messages.filter(({ value }) => decodeBlock('Span', value as Buffer).length > 0);
      const lastMs = withSpans.at(-1)?.time ?? 0;
      expect(lastMs - (withSpans[0]?.time ?? 0)).toBeLessThan(12_000);
      expect((times.at(-1) ?? 0) - lastMs).toBeGreaterThan(30 * 60_000);
    }
  });
});

test('a fleet that writes as a Collector does has all its spans in OTLP requests', async () => {
  const { messages, totals } = await simulated('otlp_spans');
  const ids = messages.flat().flatMap(({ key, value }) => {
    expect(key).toBeNull();
    const { resourceSpans } = decodeTracesProtobuf(value as Buffer);
    return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map((s) => s.spanId)));
  });
  expect(new Set(ids).size).toBe(totals.spansSent);
  expect(messages.filter((ofPartition) => ofPartition.length > 0).length).toBe(messages.length);
});

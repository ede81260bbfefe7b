/** Spans that the OpenTelemetry Collector's Kafka exporter wrote. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { DeadLetterWatch } from '@spanwise/local';
import kafkajs from 'kafkajs';
import { expect, it } from 'vitest';
import { eventually, metricsOf, pipeline, rows, service } from './system.ts';

const kafka = () => new kafkajs.Kafka({ brokers: pipeline().brokers, logLevel: kafkajs.logLevel.NOTHING });
const newTraceId = () => randomBytes(16).toString('hex');

it('both encodings arrive; what is neither becomes a dead letter, and what comes after it arrives too', async () => {
  const watch = await DeadLetterWatch.open(kafka(), pipeline().topicPrefix);
  const protobuf = await requestOfAnSdk();
  const [before, after] = [newTraceId(), newTraceId()];
  const poison = Buffer.from('no span at all');
  await write([jsonRequest(before), poison, protobuf.body, jsonRequest(after)]);

  const traceIds = [before, protobuf.traceId, after];
  const stored = await eventually(
    () => rows<{ trace_id: string }>('SELECT * FROM spans WHERE trace_id IN {traceIds: Array(String)}', { traceIds }),
    (spans) => spans.length === traceIds.length,
  );
  expect(new Set(stored.map(({ trace_id: traceId }) => traceId))).toEqual(new Set(traceIds));
  for (const span of stored) {
    expect(span).toMatchObject({ kind: 'tool', tool: 'refund_order', tool_result: '{"success":true}' });
  }
  expect(await watch.read()).toMatchObject([{ service: 'ingest', topic, reason: 'undecodable', value: poison }]);
  expect(await metricsOf('ingest')).toMatch(/^spanwise_ingest_dead_letters_total\{reason="undecodable"\} [1-9]/m);
  expect((await fetch(service('ingest').metricsUrl.replace('/metrics', '/readyz'))).status).toBe(200);
});

const topic = 'otlp_spans';
const attributes = {
  'gen_ai.operation.name': 'execute_tool',
  'gen_ai.tool.name': 'refund_order',
  'gen_ai.tool.call.result': '{"success":true}',
};

/** To one partition, so that all are behind the first. */
async function write(values: readonly Buffer[]): Promise<void> {
  const producer = kafka().producer();
  await producer.connect();
  const messages = values.map((value) => ({ value, partition: 0 }));
  await producer.send({ topic: pipeline().topicPrefix + topic, messages });
  await producer.disconnect();
}

/** Encoding `otlp_json` */
function jsonRequest(traceId: string): Buffer {
  const now = BigInt(Date.now()) * 1_000_000n;
  const span = {
    traceId,
    spanId: randomBytes(8).toString('hex'),
    name: 'execute_tool refund_order',
    kind: 1,
    startTimeUnixNano: String(now),
    endTimeUnixNano: String(now + 5_000_000n),
    attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
  };
  return Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }));
}

/** Encoding `otlp_proto`: what an SDK exports is what the Collector passes on. */
async function requestOfAnSdk(): Promise<{ body: Buffer; traceId: string }> {
  const bodies: Buffer[] = [];
  const relay = createServer(async (request, response) => {
    bodies.push(await buffer(request));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const url = `http://127.0.0.1:${(relay.address() as AddressInfo).port}/v1/traces`;
  const sdk = new NodeSDK({ traceExporter: new OTLPTraceExporter({ url }) });
  sdk.start();
  const span = trace.getTracer('shop').startSpan('execute_tool refund_order', { attributes });
  span.end();
  await sdk.shutdown();
  trace.disable();
  relay.close();
  return { body: Buffer.concat(bodies), traceId: span.spanContext().traceId };
}

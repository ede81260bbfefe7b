import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import {
  decodeTracesJson,
  encodeTracesJson,
  encodeTracesProtobuf,
  newAttributes,
  type OtlpResourceSpans,
} from '@spanwise/otlp';
import { partitionForKey } from '@spanwise/stream';
import { startTestKafka, type TestKafka } from '@spanwise/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningIngest, startIngest } from './ingest.fixture.ts';
import { otlpRequest, traceIdOf } from './otlp.fixture.ts';

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';

let kafka: TestKafka;
let ingest: RunningIngest;
beforeAll(async () => {
  kafka = await startTestKafka();
  ingest = await startIngest(kafka.brokers, { SPANWISE_INGEST_MAX_BODY_BYTES: '1MiB' });
});
afterAll(async () => {
  await ingest[Symbol.asyncDispose]();
  await kafka[Symbol.asyncDispose]();
});

async function post(
  body: string | Uint8Array | undefined,
  headers: Record<string, string>,
  url = ingest.url,
  method = 'POST',
) {
  const response = await fetch(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body: body as string }),
  });
  return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
}

/** Rejects unless the whole body could be sent and the whole answer came. */
async function postBy(agent: Agent, body: Buffer) {
  const sent = request(ingest.url, { method: 'POST', agent, headers: { 'content-type': JSON_TYPE } });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  await Promise.all([finished(sent), text(answer)]);
  return { status: answer.statusCode, reused: sent.reusedSocket };
}

async function storedOf(traceId: string) {
  const { records } = await ingest.topic('spans', 'Span');
  return records.filter(({ record }) => record.traceId === traceId);
}

describe('POST /v1/traces', () => {
  it.each<[string, (spans: OtlpResourceSpans[]) => string | Uint8Array, Record<string, string>]>([
    ['protobuf', encodeTracesProtobuf, { 'content-type': PROTOBUF }],
    ['JSON', encodeTracesJson, { 'content-type': `${JSON_TYPE}; charset=utf-8` }],
    [
      'protobuf in gzip',
      (s) => gzipSync(encodeTracesProtobuf(s)),
      { 'content-type': PROTOBUF, 'content-encoding': 'gzip' },
    ],
    ['JSON in gzip', (s) => gzipSync(encodeTracesJson(s)), { 'content-type': JSON_TYPE, 'content-encoding': 'gzip' }],
    [
      'protobuf in deflate',
      (s) => deflateSync(encodeTracesProtobuf(s)),
      { 'content-type': PROTOBUF, 'content-encoding': 'deflate' },
    ],
    [
      'protobuf in bare deflate',
      (s) => deflateRawSync(encodeTracesProtobuf(s)),
      { 'content-type': PROTOBUF, 'content-encoding': 'deflate' },
    ],
    [
      'protobuf in zstd',
      (s) => zstdCompressSync(encodeTracesProtobuf(s)),
      { 'content-type': PROTOBUF, 'content-encoding': 'zstd' },
    ],
    ['protobuf in identity', encodeTracesProtobuf, { 'content-type': PROTOBUF, 'content-encoding': 'identity' }],
  ])('%s is in Kafka once it is answered, in the partition of its trace', async (name, encode, headers) => {
    const answer = await post(encode(otlpRequest(name, 3)), headers);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(headers['content-type']?.split(';')[0]);
    expect(answer.body.toString()).toBe(headers['content-type'] === PROTOBUF ? '' : '{}');
    const stored = await storedOf(traceIdOf(name));
    expect(stored.map(({ record }) => record.spanId).sort()).toEqual(
      otlpRequest(name, 3).flatMap((r) => r.scopeSpans.flatMap((s) => s.spans.map((span) => span.spanId))),
    );
    expect(stored[0]?.record).toMatchObject({ tenant: 'default', tool: 'get_order', service: 'shop' });
    expect(stored[0]?.record.receivedTime).toBeGreaterThan(1_700_000_000_000_000);
    expect(new Set(stored.map(({ partition }) => partition))).toEqual(
      new Set([partitionForKey(`default/${traceIdOf(name)}`, 4)]),
    );
  });

  it('of an empty protobuf body is a lawful request of no spans', async () => {
    expect((await post('', { 'content-type': PROTOBUF })).status).toBe(200);
    expect((await post(undefined, { 'content-type': PROTOBUF })).status).toBe(200);
  });

  const good = encodeTracesProtobuf(otlpRequest('never', 1));
  const logs = Buffer.from('0a0d120b120909111111111111111103', 'hex').subarray(0, 15);
  it.each<[string, string | Uint8Array | undefined, Record<string, string>, number, RegExp]>([
    ['an empty JSON body', '', { 'content-type': JSON_TYPE }, 400, /empty/],
    ['no body and no type', undefined, {}, 415, /Content-Type/],
    ['another type', good, { 'content-type': 'text/plain' }, 415, /Content-Type/],
    ['another content encoding', good, { 'content-type': PROTOBUF, 'content-encoding': 'br' }, 415, /gzip/],
    ['two content encodings', good, { 'content-type': PROTOBUF, 'content-encoding': 'gzip, gzip' }, 415, /gzip/],
    ['what is no gzip', good, { 'content-type': PROTOBUF, 'content-encoding': 'gzip' }, 400, /not gzip/],
    [
      'half a gzip',
      gzipSync(good).subarray(0, 40),
      { 'content-type': PROTOBUF, 'content-encoding': 'gzip' },
      400,
      /not gzip/,
    ],
    ['garbage as protobuf', 'this is garbage', { 'content-type': PROTOBUF }, 400, /protobuf/],
    ['garbage as JSON', '{"resourceSpans":[', { 'content-type': JSON_TYPE }, 400, /JSON/],
    ['JSON as protobuf', '{"resourceSpans":[]}', { 'content-type': PROTOBUF }, 400, /protobuf/],
    ['logs as JSON', '{"resourceLogs":[]}', { 'content-type': JSON_TYPE }, 400, /logs/],
    ['logs as protobuf', logs, { 'content-type': PROTOBUF }, 400, /logs/],
    ['more than the limit', Buffer.alloc(1_100_000, 10), { 'content-type': PROTOBUF }, 413, /larger/],
    [
      'a zip bomb',
      gzipSync(Buffer.alloc(50_000_000)),
      { 'content-type': PROTOBUF, 'content-encoding': 'gzip' },
      413,
      /larger/,
    ],
    [
      'a zstd bomb',
      zstdCompressSync(Buffer.alloc(50_000_000)),
      { 'content-type': JSON_TYPE, 'content-encoding': 'zstd' },
      413,
      /larger/,
    ],
  ])('with %s is refused as google.rpc.Status in its encoding', async (_, body, headers, status, message) => {
    const answer = await post(body, headers);
    expect(answer.status).toBe(status);
    expect(answer.body.toString()).toMatch(message);
    if (headers['content-type'] === PROTOBUF) {
      expect(answer.headers.get('content-type')).toBe(PROTOBUF);
      // Status.code, a varint in field 1
      expect(answer.body[0]).toBe(8);
    } else {
      expect(answer.headers.get('content-type')).toBe(JSON_TYPE);
      expect(JSON.parse(answer.body.toString())).toMatchObject({ code: expect.any(Number) });
    }
  });

  it('answers a client that is still sending far more than the limit, and keeps its connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await postBy(agent, Buffer.alloc(40_000_000, 32))).toEqual({ status: 413, reused: false });
    expect(await postBy(agent, Buffer.from('{}'))).toEqual({ status: 200, reused: true });
    agent.destroy();
  });

  it('answers it also when the client wants the connection closed', async () => {
    const agent = new Agent({ keepAlive: false });
    expect(await postBy(agent, Buffer.alloc(40_000_000, 32))).toEqual({ status: 413, reused: false });
  });

  it('takes the lawful spans of a request and says how many others it rejected', async () => {
    const json = JSON.parse(encodeTracesJson(otlpRequest('partial', 3)));
    json.resourceSpans[0].scopeSpans[0].spans[1].traceId = '00';
    const answer = await post(JSON.stringify(json), { 'content-type': JSON_TYPE });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body.toString())).toEqual({
      partialSuccess: { rejectedSpans: '1', errorMessage: expect.stringContaining('trace id') },
    });
    expect(await storedOf(traceIdOf('partial'))).toHaveLength(2);
    expect(await ingest.metric('spanwise_ingest_rejected_spans_total')).toContainEqual(
      expect.objectContaining({ labels: { reason: 'invalid_trace_id' }, value: 1 }),
    );
  });

  it('writes a request of many spans in several messages below the limit of Kafka', async () => {
    const large = otlpRequest('large', 120);
    for (const span of large[0]?.scopeSpans[0]?.spans ?? []) {
      span.attributes = Object.assign(newAttributes(), { text: span.spanId.repeat(500) });
    }
    expect((await post(encodeTracesProtobuf(large), { 'content-type': PROTOBUF })).status).toBe(200);
    const { records, largest } = await ingest.topic('spans', 'Span');
    expect(records.filter(({ record }) => record.traceId === traceIdOf('large'))).toHaveLength(120);
    expect(largest).toBeGreaterThan(300_000);
    expect(largest).toBeLessThan(1_000_000);
  });

  it('shares Kafka messages between requests that come together, each with its own answer', async () => {
    const before = await ingest.topic('spans', 'Span');
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        i % 10 === 0
          ? post('garbage', { 'content-type': PROTOBUF })
          : post(encodeTracesProtobuf(otlpRequest(`together ${i}`, 1)), { 'content-type': PROTOBUF }),
      ),
    );
    expect(answers.map(({ status }, i) => status === (i % 10 === 0 ? 400 : 200))).not.toContain(false);
    const after = await ingest.topic('spans', 'Span');
    expect(after.records.length - before.records.length).toBe(54);
    expect(after.messages - before.messages).toBeLessThan(54);
  });

  it.each([
    ['GET', '/v1/traces', 405],
    ['DELETE', '/v1/traces', 405],
    ['GET', '/', 404],
    ['POST', '/v1/logs', 404],
  ])('is all there is: %s %s is answered in JSON with %d', async (method, path, status) => {
    const response = await fetch(new URL(path, ingest.url), { method, ...(method === 'POST' ? { body: 'x' } : {}) });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code: expect.any(Number), message: expect.any(String) });
    if (status === 405) expect(response.headers.get('allow')).toBe('POST');
  });

  it.each([
    ['PUT', '/v1/traces', 405],
    ['POST', '/v1/metrics', 404],
  ])('and answers protobuf in protobuf: %s %s', async (method, path, status) => {
    const answer = await post(new Uint8Array(), { 'content-type': PROTOBUF }, new URL(path, ingest.url).href, method);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe(PROTOBUF);
  });

  it('counts what it took', async () => {
    const spans = await ingest.metric('spanwise_ingest_spans_total');
    const { records } = await ingest.topic('spans', 'Span');
    expect(spans.reduce((sum, { value }) => sum + value, 0)).toBe(records.length);
    expect((await ingest.metric('spanwise_ingest_in_flight_bytes'))[0]?.value).toBe(0);
    expect(decodeTracesJson('{}').spanCount).toBe(0);
  });
});

describe('with API keys', () => {
  it('a key says whose spans they are, and without one they are refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spanwise-keys-'));
    const file = join(folder, 'keys.json');
    await writeFile(file, JSON.stringify({ 'key-a': 'acme', 'key-b': 'globex' }));
    await using keyed = await startIngest(kafka.brokers, { SPANWISE_INGEST_API_KEYS_FILE: file });
    const body = encodeTracesJson(otlpRequest('keyed', 1));
    const send = (headers: Record<string, string>) => post(body, { 'content-type': JSON_TYPE, ...headers }, keyed.url);

    for (const headers of [{}, { 'x-api-key': 'key-c' }, { authorization: 'Basic key-a' }]) {
      const refused = await send(headers as Record<string, string>);
      expect(refused.status).toBe(401);
      expect(JSON.parse(refused.body.toString())).toMatchObject({ code: 16 });
    }
    expect((await send({ authorization: 'Bearer key-a' })).status).toBe(200);
    expect((await send({ 'x-api-key': 'key-b' })).status).toBe(200);
    const { records } = await keyed.topic('spans', 'Span');
    expect(records.map(({ record }) => record.tenant).sort()).toEqual(['acme', 'globex']);
    await rm(folder, { recursive: true });
  });
});

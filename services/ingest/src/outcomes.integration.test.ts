import { gzipSync } from 'node:zlib';
import { partitionForKey } from '@spanwise/stream';
import { startTestKafka, type TestKafka } from '@spanwise/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIngest, type RunningIngest, startIngest } from './ingest.fixture.ts';

let kafka: TestKafka;
let ingest: RunningIngest;
beforeAll(async () => {
  kafka = await startTestKafka();
  ingest = await startIngest(kafka.brokers, { SPANWISE_INGEST_MAX_BODY_BYTES: '64KiB' });
});
afterAll(async () => {
  await ingest[Symbol.asyncDispose]();
  await kafka[Symbol.asyncDispose]();
});

const JSON_TYPE = { 'content-type': 'application/json' };

async function post(body: string | Uint8Array, headers: Record<string, string> = JSON_TYPE, to = ingest) {
  const url = new URL('/v1/outcomes', to.url);
  const response = await fetch(url, { method: 'POST', headers, body: body as string });
  return { status: response.status, headers: response.headers, answer: JSON.parse(await response.text()) };
}

describe('POST /v1/outcomes', () => {
  it('has each outcome in Kafka, where its conversation or its run is judged, once it is answered', async () => {
    const traceId = 'cd'.repeat(16);
    const outcomes = [
      { sessionId: 'conv-1', success: false, source: 'user', reason: 'no refund came' },
      { traceId, score: 0.9, source: 'test' },
    ];
    const { status, answer } = await post(gzipSync(JSON.stringify(outcomes)), {
      ...JSON_TYPE,
      'content-encoding': 'gzip',
    });
    expect(status).toBe(200);
    expect(answer).toEqual({ accepted: 2, outcomeIds: [expect.any(String), expect.any(String)] });
    const { records } = await ingest.topic('signals', 'Signal');
    const told = records.map(({ record, partition }) => ({ ...record, partition }));
    for (const [key, outcome] of [
      ['conv-1', { sessionId: 'conv-1', isSuccess: false, score: 0, source: 'user', reason: 'no refund came' }],
      [traceId, { sessionId: '', traceId, isSuccess: true, score: 0.9, source: 'test' }],
    ] as const) {
      expect(told).toContainEqual(
        expect.objectContaining({
          ...{ tenant: 'default', keyKind: 'session', key, source: 'ingest' },
          body: expect.objectContaining({ outcome: expect.objectContaining(outcome), run: null }),
          partition: partitionForKey(`default/session/${key}`, 4),
        }),
      );
    }
  });

  it.each([
    ['what is no outcome', '{"success":true}', JSON_TYPE, 400, /sessionId or traceId/],
    ['protobuf', 'x', { 'content-type': 'application/x-protobuf' }, 415, /application\/json/],
    ['more than the limit', JSON.stringify([' '.repeat(70_000)]), JSON_TYPE, 413, /larger/],
  ])('refuses %s in words', async (_, body, headers, code, message) => {
    const url = new URL('/v1/outcomes', ingest.url);
    const response = await fetch(url, { method: 'POST', headers: headers as Record<string, string>, body });
    expect(response.status).toBe(code);
    expect(await response.text()).toMatch(message);
  });

  it('takes POST only', async () => {
    const response = await fetch(new URL('/v1/outcomes', ingest.url));
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  it('answers 503 with Retry-After while Kafka is away', async () => {
    const lost = createIngest(['127.0.0.1:1']);
    const started = lost.service.start();
    await expect.poll(() => lost.service.ports.http).toBeGreaterThan(0);
    const { status, headers } = await post('{"sessionId":"a","success":true,"source":"user"}', JSON_TYPE, lost);
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('2');
    await lost[Symbol.asyncDispose]();
    await started;
  });
});

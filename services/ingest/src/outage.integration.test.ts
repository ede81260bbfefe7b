import { encodeTracesJson } from '@spanwise/otlp';
import { startTestKafka, type TestKafka } from '@spanwise/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RunningIngest, startIngest } from './ingest.fixture.ts';
import { otlpRequest } from './otlp.fixture.ts';

let kafka: TestKafka;
beforeAll(async () => {
  kafka = await startTestKafka();
});
afterAll(() => kafka[Symbol.asyncDispose]());

const post = (ingest: RunningIngest, name: string, spans = 1): Promise<Response> =>
  fetch(ingest.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: encodeTracesJson(otlpRequest(name, spans)),
  });

describe('back-pressure', () => {
  it('answers 429 with Retry-After when too much waits for Kafka, and loses nothing that it answered with 200', async () => {
    await using ingest = await startIngest(kafka.brokers, {
      SPANWISE_INGEST_MAX_IN_FLIGHT_BYTES: '64KiB',
      SPANWISE_INGEST_LINGER: '100ms',
    });
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => post(ingest, `flood ${i}`, 20)));
    const refused = answers.filter(({ status }) => status === 429);
    const taken = answers.filter(({ status }) => status === 200);
    expect(refused.length).toBeGreaterThan(0);
    expect(taken.length).toBeGreaterThan(0);
    expect(refused.length + taken.length).toBe(40);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused[0]?.json()).toMatchObject({ code: 8, details: [{ retryDelay: '1s' }] });
    const { records } = await ingest.topic('spans', 'Span');
    expect(records).toHaveLength(taken.length * 20);
    expect((await post(ingest, 'after the flood')).status).toBe(200);
  });
});

describe('without Kafka', () => {
  it('answers 503 with Retry-After, is not ready, and stops in order', async ({ skip }) => {
    const own = await startTestKafka();
    skip(own.source === 'external', 'a broker that is not ours cannot be stopped');
    await using ingest = await startIngest(own.brokers, { SPANWISE_INGEST_ACK_TIMEOUT: '3s' });
    expect((await post(ingest, 'before')).status).toBe(200);
    expect(ingest.health.ready).toBe(true);
    await own[Symbol.asyncDispose]();

    const answer = await post(ingest, 'during');
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await answer.json()).toMatchObject({ code: 14 });
    await vi.waitFor(() => expect(ingest.health.ready).toBe(false), { timeout: 15_000 });
    expect(ingest.health.report().components.kafka?.detail).not.toBe('');

    const started = performance.now();
    expect((await post(ingest, 'still')).status).toBe(503);
    // known to be away: nobody waits for the time-out
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

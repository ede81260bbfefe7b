import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KafkaHandle, PrerequisiteError, startKafka } from '@spanwise/embedded';
import { encodeTracesJson } from '@spanwise/otlp';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createIngest, type RunningIngest, readTopic, startIngest } from './ingest.fixture.ts';
import { otlpRequest } from './otlp.fixture.ts';

// embedded whatever else there is: these tests stop, freeze and restart the broker
let dataDir: string;
let kafka: KafkaHandle | undefined;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'spanwise-outage-'));
  kafka = await startKafka({ dataDir }).catch((error: unknown) => {
    if (!(error instanceof PrerequisiteError)) throw error;
    console.warn(`skipped: ${error.message}`);
    return undefined;
  });
});
afterAll(async () => {
  await kafka?.stop();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(({ skip }) => skip(kafka === undefined, 'the embedded broker cannot run here'));

const broker = (): KafkaHandle => kafka as KafkaHandle;
const port = (): number => Number(broker().brokers[0]?.split(':')[1]);

function post(ingest: RunningIngest, name: string, spans = 1): Promise<Response> {
  const body = encodeTracesJson(otlpRequest(name, spans));
  return fetch(ingest.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

const readiness = (ingest: RunningIngest, ready: boolean) =>
  vi.waitFor(() => expect(ingest.health.report().components.kafka?.ok).toBe(ready), { timeout: 60_000, interval: 100 });

describe('back-pressure', () => {
  it('answers 429 with Retry-After when too much waits for Kafka, and has all that it answered with 200', async () => {
    await using ingest = await startIngest(broker().brokers, {
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

describe('while Kafka is away', () => {
  it('answers 503 with Retry-After, is not ready, and takes spans again by itself when Kafka is back', async () => {
    await using ingest = await startIngest(broker().brokers, { SPANWISE_INGEST_ACK_TIMEOUT: '20s' });
    expect((await post(ingest, 'before')).status).toBe(200);
    expect(ingest.health.report().components.kafka?.ok).toBe(true);
    const kafkaPort = port();
    await broker().stop();

    const answer = await post(ingest, 'during');
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await answer.json()).toMatchObject({ code: 14 });
    await readiness(ingest, false);
    // known to be away, so nobody waits for the time-out
    const started = performance.now();
    expect((await post(ingest, 'still')).status).toBe(503);
    expect(performance.now() - started).toBeLessThan(15_000);

    kafka = await startKafka({ dataDir, kafkaPort });
    await readiness(ingest, true);
    expect((await post(ingest, 'after')).status).toBe(200);
    const { records } = await ingest.topic('spans', 'Span');
    const counts = Map.groupBy(records, ({ record }) => Buffer.from(record.traceId, 'hex').toString());
    expect([...counts].map(([name, spans]) => [name.replaceAll('.', ''), spans.length])).toEqual(
      expect.arrayContaining([
        ['before', 1],
        ['after', 1],
      ]),
    );
  });

  it('answers 503 after the time-out when Kafka only hangs, and loses nothing that it took after that', async () => {
    await using ingest = await startIngest(broker().brokers, { SPANWISE_INGEST_ACK_TIMEOUT: '1s' });
    expect((await post(ingest, 'before')).status).toBe(200);
    broker().kill('SIGSTOP');
    try {
      // the threads of the broker do not stop all at once
      await vi.waitFor(async () => expect((await post(ingest, 'hang')).status).toBe(503), { timeout: 60_000 });
    } finally {
      broker().kill('SIGCONT');
    }
    const acknowledged: string[] = [];
    for (let i = 0; acknowledged.length < 10 && i < 400; i++) {
      const name = `resumed ${i}`;
      if ((await post(ingest, name)).status === 200) acknowledged.push(name);
      else await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(acknowledged).toHaveLength(10);
    const { records } = await ingest.topic('spans', 'Span');
    const stored = records.map(({ record }) => Buffer.from(record.traceId, 'hex').toString().replaceAll('.', ''));
    for (const name of acknowledged) expect(stored.filter((each) => each === name)).toEqual([name]);
  });

  it('listens from the start, answers 503, and stops when asked though Kafka never came', async () => {
    const ingest = createIngest(['127.0.0.1:9']);
    const starting = ingest.service.start();
    await vi.waitFor(() => expect(ingest.service.ports.grpc).toBeGreaterThan(0), 60_000);
    expect((await post(ingest, 'early')).status).toBe(503);
    expect(ingest.health.ready).toBe(false);
    await ingest.service.stop();
    await starting;
  });
});

describe('stopping', () => {
  it('answers what is under way first, with its spans in Kafka', async () => {
    const ingest = await startIngest(broker().brokers, { SPANWISE_INGEST_LINGER: '2s' });
    const answers = Array.from({ length: 5 }, (_, i) => post(ingest, `last ${i}`));
    await vi.waitFor(
      async () => expect((await ingest.metric('spanwise_ingest_in_flight_bytes'))[0]?.value).toBeGreaterThan(0),
      60_000,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    await ingest.service.stop();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    const { records } = await readTopic(broker().brokers, `${ingest.prefix}spans`, 'Span');
    expect(records).toHaveLength(statuses.filter((status) => status === 200).length);
    expect(statuses).toContain(200);
  });
});

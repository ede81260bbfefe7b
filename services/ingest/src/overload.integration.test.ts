import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type KafkaHandle, PrerequisiteError, startKafka } from '@spanwise/embedded';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Answer, grpcClient, httpClient } from './flood.fixture.ts';
import { readTopic } from './ingest.fixture.ts';

const MIB = 1024 * 1024;
/** Reached by a few requests, so that a slow machine too reaches it before the broker counts as away (503). */
const LIMIT = 4 * MIB;
/** Far more than fits: without a limit, the requests under way alone would take more than a gigabyte once decoded. */
const CLIENTS = 400;
const FLOOD_MS = 6_000;
/** What the process may take beside what it took at rest, as docs/guarantees.md says it. */
const MOST_GROWTH = 160 * MIB + 12 * LIMIT;

// embedded whatever else there is: this test freezes the broker
let dataDir: string;
let kafka: KafkaHandle | undefined;
let ingest: ChildProcess | undefined;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'spanwise-overload-'));
  kafka = await startKafka({ dataDir }).catch((error: unknown) => {
    if (!(error instanceof PrerequisiteError)) throw error;
    console.warn(`skipped: ${error.message}`);
    return undefined;
  });
});
afterEach(() => {
  ingest?.kill('SIGKILL');
});
afterAll(async () => {
  await kafka?.stop();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(({ skip }) => skip(kafka === undefined, 'the embedded broker cannot run here'));

/** As a process of its own, whose memory is nobody else's; gives its ports. */
async function startIngest(brokers: readonly string[]): Promise<Record<'http' | 'grpc', number>> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url))], {
    env: {
      SPANWISE_KAFKA_BROKERS: brokers.join(),
      SPANWISE_HOST: '127.0.0.1',
      SPANWISE_INGEST_HTTP_PORT: '0',
      SPANWISE_INGEST_GRPC_PORT: '0',
      SPANWISE_INGEST_METRICS_PORT: '0',
      SPANWISE_INGEST_OTLP_TOPIC: '',
      SPANWISE_INGEST_MAX_IN_FLIGHT_BYTES: String(LIMIT),
      SPANWISE_INGEST_ACK_TIMEOUT: '60s',
      SPANWISE_LOG_LEVEL: 'info',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  ingest = child;
  const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
  const { promise, resolve, reject } = Promise.withResolvers<Record<'http' | 'grpc', number>>();
  lines.on('line', (line) => {
    const { msg, ports } = JSON.parse(line);
    if (msg === 'ready') resolve(ports);
  });
  once(child, 'exit').then(() => reject(new Error('ingest has ended')));
  return promise;
}

const inMib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;

async function residentBytes(): Promise<number> {
  const status = await readFile(`/proc/${ingest?.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

it.each([
  { transport: 'http', clientOf: httpClient },
  { transport: 'grpc', clientOf: grpcClient },
] as const)(
  'sheds load over $transport while Kafka hangs, in bounded memory, and has all that it acknowledged',
  async ({ transport, clientOf }) => {
    const broker = kafka as KafkaHandle;
    const { [transport]: port } = await startIngest(broker.brokers);
    const clients = Array.from({ length: CLIENTS }, () => clientOf(port));
    const flooded = randomBytes(8).toString('hex');
    const traceId = (n: number, i: number) => flooded + (n * 1_000 + i).toString(16).padStart(16, '0');
    await expect.poll(async () => (await clients[0]?.post(traceId(0, 0)))?.outcome).toBe('accepted');
    const atRest = await residentBytes();
    let most = atRest;
    const sampling = setInterval(async () => {
      most = Math.max(most, await residentBytes());
    }, 100);

    const acknowledged: string[] = [];
    const answers: Answer[] = [];
    const until = performance.now() + FLOOD_MS;
    broker.kill('SIGSTOP');
    const flood = Promise.all(
      clients.map(async (client, n) => {
        for (let i = 1; performance.now() < until; i++) {
          const answer = await client.post(traceId(n, i));
          answers.push(answer);
          if (answer.outcome === 'accepted') acknowledged.push(traceId(n, i));
          await sleep(1_000);
        }
      }),
    );
    await sleep(FLOOD_MS);
    broker.kill('SIGCONT');
    await flood;
    clearInterval(sampling);
    const growth = most - atRest;
    console.info(`beside ${inMib(atRest)} at rest the process took ${inMib(growth)} over ${transport}`);

    const refused = answers.filter(({ outcome }) => outcome === 'overloaded');
    const outcomes = new Set(answers.map(({ outcome }) => outcome));
    // on a slow machine the broker may count as away before it goes on
    outcomes.delete('unavailable');
    expect(outcomes).toEqual(new Set(['accepted', 'overloaded']));
    expect(refused.length).toBeGreaterThan(20);
    expect(new Set(refused.map(({ retry }) => retry))).toEqual(new Set(['1']));
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(growth).toBeLessThan(MOST_GROWTH);
    const { records } = await readTopic(broker.brokers, 'spans', 'Span');
    const stored = Map.groupBy(records, ({ record }) => record.traceId);
    for (const id of acknowledged) expect(stored.get(id)).toHaveLength(clients[0]?.spans ?? 0);
    // a slow machine needs a while until the broker counts as there again
    await expect.poll(async () => (await clients[0]?.post(traceId(0, 999)))?.outcome).toBe('accepted');
    for (const client of clients) client[Symbol.dispose]();
  },
  300_000,
);

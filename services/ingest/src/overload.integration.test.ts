import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type KafkaHandle, PrerequisiteError, startKafka } from '@spanwise/embedded';
import { encodeTracesJson } from '@spanwise/otlp';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { readTopic } from './ingest.fixture.ts';
import { otlpRequest, traceIdOf } from './otlp.fixture.ts';

const MIB = 1024 * 1024;
/** Reached by a few requests, so that a slow machine too reaches it before the broker counts as away (503). */
const LIMIT = 4 * MIB;
/** Far more than fits: without a limit, the requests under way alone would take more than a gigabyte once decoded. */
const CLIENTS = 400;
const FLOOD_MS = 6_000;
const SPANS = 1_000;
/** What the process may take beside what it took at rest. */
const MOST_GROWTH = 320 * MIB;

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
afterAll(async () => {
  ingest?.kill('SIGKILL');
  await kafka?.stop();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(({ skip }) => skip(kafka === undefined, 'the embedded broker cannot run here'));

/** As a process of its own, whose memory is nobody else's; gives its port. */
async function startIngest(brokers: readonly string[]): Promise<number> {
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
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  lines.on('line', (line) => {
    const { msg, ports } = JSON.parse(line);
    if (msg === 'ready') resolve(ports.http);
  });
  once(child, 'exit').then(() => reject(new Error('ingest has ended')));
  return promise;
}

async function residentBytes(): Promise<number> {
  const status = await readFile(`/proc/${ingest?.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

const template = encodeTracesJson(otlpRequest('trace', SPANS));
const bodyOf = (traceId: string): string => template.replaceAll(traceIdOf('trace'), traceId);

interface Answer {
  status: number;
  retryAfter: string | undefined;
}

const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });

/** One request; status 0 where the connection broke. */
function post(port: number, body: string): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const outgoing = request(
    { port, host: '127.0.0.1', path: '/v1/traces', method: 'POST', headers, agent },
    (answer) => {
      answer.resume().on('end', () => {
        resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] });
      });
    },
  );
  outgoing.on('error', () => resolve({ status: 0, retryAfter: undefined }));
  outgoing.end(body);
  return promise;
}

it('sheds load by 429 while Kafka hangs, in bounded memory, and has all that it acknowledged', async () => {
  const broker = kafka as KafkaHandle;
  const port = await startIngest(broker.brokers);
  expect((await post(port, bodyOf('a'.repeat(32)))).status).toBe(200);
  const atRest = await residentBytes();
  let most = atRest;
  const sampling = setInterval(async () => {
    most = Math.max(most, await residentBytes());
  }, 100);

  const acknowledged: string[] = [];
  const answers = new Map<number, number>();
  const hints = new Set<string | undefined>();
  const until = performance.now() + FLOOD_MS;
  const client = async (n: number) => {
    for (let i = 0; performance.now() < until; i++) {
      const traceId = (n * 1_000 + i + 1).toString(16).padStart(32, '0');
      const { status, retryAfter } = await post(port, bodyOf(traceId));
      answers.set(status, (answers.get(status) ?? 0) + 1);
      if (status === 200) acknowledged.push(traceId);
      else if (status === 429) hints.add(retryAfter);
      await sleep(1_000);
    }
  };
  broker.kill('SIGSTOP');
  const flood = Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(n)));
  await sleep(FLOOD_MS);
  broker.kill('SIGCONT');
  await flood;
  clearInterval(sampling);

  expect([...answers.keys()].toSorted((a, b) => a - b)).toEqual(expect.arrayContaining([200, 429]));
  expect(answers.get(429) ?? 0).toBeGreaterThan(20);
  expect(answers.has(0)).toBe(false);
  expect([...hints]).toEqual(['1']);
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(most - atRest).toBeLessThan(MOST_GROWTH);
  const { records } = await readTopic(broker.brokers, 'spans', 'Span');
  const stored = Map.groupBy(records, ({ record }) => record.traceId);
  for (const traceId of acknowledged) expect(stored.get(traceId)).toHaveLength(SPANS);
  expect((await post(port, bodyOf('b'.repeat(32)))).status).toBe(200);
}, 300_000);

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeExportResponseProtobuf } from '@spanwise/otlp';
import { afterEach, expect, test } from 'vitest';
import { retryAfterMs, SendError, sendTraces } from './send-traces.ts';

let close = () => {};

afterEach(() => close());

/** An endpoint that gives these answers, one a request, and counts them. */
async function endpoint(...answers: ((response: ServerResponse) => void)[]) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers['content-type']}`);
    const answer = answers[Math.min(seen.length, answers.length) - 1];
    request.resume().on('end', () => answer?.(response));
  }).listen(0, '127.0.0.1');
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  await once(server, 'listening');
  return { seen, ingestUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const answer =
  (status: number, body: string | Uint8Array = '{}', headers = {}) =>
  (response: ServerResponse) => {
    response.writeHead(status, headers).end(body);
  };
const request = { body: Buffer.from('{}'), contentType: 'application/json' } as const;

test('an acknowledged request is sent once, to the traces path', async () => {
  const { seen, ingestUrl } = await endpoint(answer(200));
  expect(await sendTraces(request, { ingestUrl })).toBe('');
  expect(seen).toEqual(['POST /v1/traces application/json']);
});

test('429 and 503 are tried again after the time that the server names', async () => {
  const { seen, ingestUrl } = await endpoint(
    answer(429, 'full', { 'retry-after': '1' }),
    answer(503, 'away', { 'retry-after': '0' }),
    answer(200),
  );
  const startedAt = performance.now();
  await sendTraces(request, { ingestUrl });
  expect(seen).toHaveLength(3);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
});

test('a connection that breaks is tried again', async () => {
  const { seen, ingestUrl } = await endpoint((response) => response.destroy(), answer(200));
  await sendTraces(request, { ingestUrl });
  expect(seen).toHaveLength(2);
});

test('what is refused for good is not sent again', async () => {
  const { seen, ingestUrl } = await endpoint(answer(400, '{"message":"no traces"}'));
  await expect(sendTraces(request, { ingestUrl })).rejects.toThrow(/refused with 400 .*no traces/);
  expect(seen).toHaveLength(1);
});

test('an endpoint that never takes it ends in an error with its last reason', async () => {
  const { ingestUrl } = await endpoint(answer(503, 'Kafka is away'));
  const sending = sendTraces(request, { ingestUrl, patienceMs: 300 });
  await expect(sending).rejects.toThrow(SendError);
  await expect(sending).rejects.toThrow('503 Kafka is away');
});

test('spans that were not taken are told, in both encodings', async () => {
  const partial = { rejectedSpans: 2, errorMessage: 'span id is not 8 bytes' };
  const { ingestUrl } = await endpoint(
    answer(200, JSON.stringify({ partialSuccess: { ...partial, rejectedSpans: '2' } })),
    answer(200, encodeExportResponseProtobuf(partial)),
  );
  expect(await sendTraces(request, { ingestUrl })).toBe('2 spans rejected: span id is not 8 bytes');
  expect(await sendTraces({ ...request, contentType: 'application/x-protobuf' }, { ingestUrl })).toContain(
    'span id is not 8 bytes',
  );
});

test.each([
  ['7', 7_000],
  ['0', 0],
  ['Thu, 01 Jan 1970 00:00:05 GMT', 4_000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['soon', undefined],
  [null, undefined],
])('Retry-After %s is %s ms', (header, expected) => {
  expect(retryAfterMs(header, 1_000)).toBe(expected);
});

import { encodeTracesProtobuf } from '@spanwise/otlp';
import { describe, expect, test } from 'vitest';
import { type Answer, startCollector } from '../collector.fixture.ts';
import { generateRuns } from '../generate.ts';
import { OtlpClient, retryAfterMs, SendError } from './otlp-client.ts';
import { resourceSpansOf } from './requests.ts';

const [run] = [...generateRuns({ seed: 1, count: 1 })];
const spans = run?.spans ?? [];
const body = encodeTracesProtobuf(resourceSpansOf(spans));
const quick = { firstWaitMs: 5, patienceMs: 2_000 };

describe('the OTLP client', () => {
  test.each<[string, Answer, number]>([
    ['too many requests, with the time to wait', { status: 429, headers: { 'retry-after': '0' } }, 1],
    ['a service that is away', { status: 503 }, 1],
    ['a bad gateway', { status: 502 }, 1],
    ['a connection that breaks before anything was read', { status: 200, breaks: 'before' }, 1],
    ['a connection that breaks before the answer, so that spans come twice', { status: 200, breaks: 'after' }, 2],
  ])('sends again after %s', async (_name, first, times) => {
    await using collector = await startCollector((n) => (n === 0 ? first : { status: 200 }));
    const client = new OtlpClient({ endpoint: collector.endpoint, ...quick });
    await client.send(body);
    expect(collector.spans.length).toBe(times * spans.length);
    expect(client.retries).toBe(1);
  });

  test('waits as long as the endpoint says', async () => {
    await using collector = await startCollector((n) =>
      n === 0 ? { status: 503, headers: { 'retry-after': '1' } } : { status: 200 },
    );
    const since = performance.now();
    await new OtlpClient({ endpoint: collector.endpoint, ...quick }).send(body);
    expect(performance.now() - since).toBeGreaterThanOrEqual(950);
  });

  test.each<[string, Answer, string]>([
    ['a refusal', { status: 400, body: 'no traces' }, 'refused spans with status 400 no traces'],
    ['a key that is not known', { status: 401 }, 'refused spans with status 401'],
    ['spans that were rejected', { status: 200, body: '\n\u0004too old' }, 'did not take all spans: too old'],
  ])('gives up at once on %s', async (_name, answer, message) => {
    await using collector = await startCollector(() => answer);
    const sending = new OtlpClient({ endpoint: collector.endpoint, ...quick }).send(body);
    await expect(sending).rejects.toThrow(SendError);
    await expect(sending).rejects.toThrow(message);
    expect(collector.requests.length).toBe(1);
  });

  test('gives up loudly when nobody takes anything for long', async () => {
    await using collector = await startCollector(() => ({ status: 503 }));
    const sending = new OtlpClient({ endpoint: collector.endpoint, firstWaitMs: 5, patienceMs: 60 }).send(body);
    await expect(sending).rejects.toThrow('took nothing for 0.06 s: status 503');
  });

  test('sends protobuf to /v1/traces, with the key where there is one', async () => {
    await using collector = await startCollector();
    await new OtlpClient({ endpoint: `${collector.endpoint}/`, apiKey: 'k1' }).send(body);
    const [request] = collector.requests;
    expect([request?.method, request?.url]).toEqual(['POST', '/v1/traces']);
    expect(request?.headers).toMatchObject({ 'content-type': 'application/x-protobuf', authorization: 'Bearer k1' });
  });
});

test.each([
  ['3', 3_000],
  [new Date(1_000_000_005_000).toUTCString(), 5_000],
  ['soon', undefined],
  [null, undefined],
])('Retry-After: %s is %s ms', (header, expected) => {
  expect(retryAfterMs(header, 1_000_000_000_000)).toBe(expected);
});

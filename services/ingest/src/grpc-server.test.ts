import { once } from 'node:events';
import { type ClientHttp2Session, connect, constants, type OutgoingHttpHeaders } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { encodeTracesProtobuf, RpcCode } from '@spanwise/otlp';
import { createLogger, createRegistry } from '@spanwise/runtime';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Acceptor } from './accept.ts';
import { ByteBudget } from './byte-budget.ts';
import { EXPORT_PATH, startGrpcServer } from './grpc-server.ts';
import type { Listener } from './http-server.ts';
import { IngestMetrics } from './metrics.ts';
import { otlpRequest } from './otlp.fixture.ts';

const LIMIT = 64 * 1024;
const BUDGET = 80 * 1024;
const MAX_CONNECTIONS = 3;

const registry = createRegistry();
const metrics = new IngestMetrics(registry);
const budget = new ByteBudget(BUDGET);
let server: Listener;
beforeAll(async () => {
  server = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: LIMIT,
    maxConnections: MAX_CONNECTIONS,
    // Kafka is away: what was read as it should be is answered with UNAVAILABLE
    acceptor: new Acceptor(() => undefined, metrics),
    budget,
    tenantOf: () => 'default',
    metrics,
    logger: createLogger('ingest', 'fatal'),
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const sessions: ClientHttp2Session[] = [];
function session(): ClientHttp2Session {
  const made = connect(`http://127.0.0.1:${server.port}`);
  made.on('error', () => {});
  sessions.push(made);
  return made;
}
afterEach(async () => {
  const open = sessions.splice(0).filter(({ destroyed }) => !destroyed);
  await Promise.all(open.map((each) => new Promise<void>((resolve) => each.once('close', resolve).destroy())));
});

const frame = (message: Buffer, compressed = 0, length = message.length): Buffer => {
  const prefix = Buffer.alloc(5);
  prefix[0] = compressed;
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
};
const call = (of: ClientHttp2Session, headers: OutgoingHttpHeaders = {}) =>
  of.request({
    ':method': 'POST',
    ':path': EXPORT_PATH,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });

/** The status of a call's answer, and what it says in words. */
async function answerTo(body: Buffer, headers: OutgoingHttpHeaders = {}): Promise<{ code: number; message: string }> {
  const stream = call(session(), headers);
  const { promise, resolve } = Promise.withResolvers<{ code: number; message: string }>();
  stream.on('response', (answer) =>
    resolve({ code: Number(answer['grpc-status']), message: decodeURI(String(answer['grpc-message'])) }),
  );
  stream.on('error', () => {}).resume();
  stream.end(body);
  return await promise;
}

const request = Buffer.from(encodeTracesProtobuf(otlpRequest('grpc', 3)));

describe('a call of OTLP/gRPC', () => {
  it.each([
    ['that is whole is taken', frame(request), {}, 'UNAVAILABLE'],
    ['in gzip is taken', frame(gzipSync(request), 1), { 'grpc-encoding': 'gzip' }, 'UNAVAILABLE'],
    ['that says gzip and is not compressed is taken', frame(request), { 'grpc-encoding': 'gzip' }, 'UNAVAILABLE'],
    ['of exactly the limit is taken', frame(Buffer.alloc(LIMIT)), {}, 'UNAVAILABLE'],
    ['of one byte more is refused', frame(Buffer.alloc(LIMIT + 1)), {}, 'RESOURCE_EXHAUSTED'],
    [
      'that inflates to more is refused',
      frame(gzipSync(Buffer.alloc(LIMIT + 1)), 1),
      { 'grpc-encoding': 'gzip' },
      'RESOURCE_EXHAUSTED',
    ],
    ['without a message is refused', Buffer.alloc(0), {}, 'INVALID_ARGUMENT'],
    ['with half a message is refused', frame(request, 0, request.length * 2), {}, 'INVALID_ARGUMENT'],
    ['with two messages is refused', Buffer.concat([frame(request), frame(request)]), {}, 'INVALID_ARGUMENT'],
    ['of broken gzip is refused', frame(request, 1), { 'grpc-encoding': 'gzip' }, 'INVALID_ARGUMENT'],
    ['of an unknown encoding is refused', frame(request, 1), { 'grpc-encoding': 'snappy' }, 'UNIMPLEMENTED'],
    ['of another method is refused', frame(request), { ':path': '/x.Logs/Export' }, 'UNIMPLEMENTED'],
  ] as const)('%s', async (_, body, headers, code) => {
    expect(await answerTo(body, headers)).toMatchObject({ code: RpcCode[code] });
    expect(budget.inUse).toBe(0);
  });

  it('holds of the budget what has come of it, and gives it back when the client goes', async () => {
    const stream = call(session());
    stream.on('error', () => {});
    stream.write(frame(Buffer.alloc(50 * 1024), 0, LIMIT));
    await vi.waitFor(() => expect(budget.inUse).toBeGreaterThan(50 * 1024), 60_000);
    const { code, message } = await answerTo(frame(Buffer.alloc(40 * 1024)));
    expect({ code, message }).toEqual({
      code: RpcCode.RESOURCE_EXHAUSTED,
      message: expect.stringContaining('waiting'),
    });
    stream.close(constants.NGHTTP2_CANCEL);
    await vi.waitFor(() => expect(budget.inUse).toBe(0), 60_000);
  });

  it('is taken after one that was no HTTP/2', async () => {
    const stranger = connectSocket({ host: '127.0.0.1', port: server.port });
    stranger.on('error', () => {}).resume();
    stranger.write('POST /v1/traces HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(stranger, 'close');
    expect(await answerTo(frame(request))).toMatchObject({ code: RpcCode.UNAVAILABLE });
  });

  it('is not reached over more connections than may be, which are counted', async () => {
    const open = Array.from({ length: MAX_CONNECTIONS }, session);
    await Promise.all(open.map((each) => new Promise<void>((resolve) => each.once('remoteSettings', () => resolve()))));
    const one = session();
    await new Promise<void>((resolve) => one.once('close', resolve));
    const refused = await registry.getSingleMetric('spanwise_ingest_refused_connections_total')?.get();
    expect(refused?.values).toMatchObject([{ value: 1, labels: { transport: 'grpc' } }]);
  });
});

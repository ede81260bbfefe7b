import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { GrpcRoute } from './grpc-route.ts';

type Answer = number | 'reset' | 'hang up';

let server: Http2Server | undefined;
let route: GrpcRoute | undefined;

afterEach(() => {
  route?.[Symbol.dispose]();
  server?.close();
});

/** A server that gives these answers in turn, and what it was sent. */
async function serving(...answers: Answer[]): Promise<Buffer[]> {
  const bodies: Buffer[] = [];
  server = createServer();
  server.on('stream', (stream: ServerHttp2Stream) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', () => {});
    stream.on('end', () => {
      bodies.push(Buffer.concat(chunks));
      const answer = answers.shift() ?? 0;
      if (answer === 'reset') stream.close(2);
      else if (answer === 'hang up') stream.session?.destroy();
      else {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(answer) }));
        stream.end(Buffer.alloc(5));
      }
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  route = new GrpcRoute([`http://127.0.0.1:${(server.address() as AddressInfo).port}`]);
  return bodies;
}

it('sends one frame, and is content with OK', async () => {
  const bodies = await serving(0);
  await route?.send(Buffer.from('spans'));
  expect(bodies).toEqual([Buffer.from('\0\0\0\0\u0005spans')]);
});

it.each([
  ['UNAVAILABLE', 14],
  ['RESOURCE_EXHAUSTED', 8],
  ['a stream that is reset', 'reset'],
  ['a connection that is gone', 'hang up'],
] as const)('sends again after %s', async (_, answer) => {
  const bodies = await serving(answer, 0);
  await route?.send(Buffer.from('spans'));
  expect(bodies).toHaveLength(2);
});

it('gives up what is refused for good', async () => {
  await serving(3);
  await expect(route?.send(Buffer.from('spans'))).rejects.toThrow('ingest answered with the gRPC status 3');
});

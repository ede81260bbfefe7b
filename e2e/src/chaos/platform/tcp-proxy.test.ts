import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { portOf } from './free-ports.ts';
import { TcpProxy } from './tcp-proxy.ts';

let server: Server;
let proxy: TcpProxy;
let received: string;

beforeEach(async () => {
  received = '';
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      received += bytes;
      socket.write(`answer to ${bytes}`);
    });
  });
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
  proxy = await TcpProxy.start(portOf(server));
});

afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  await new Promise((resolve) => server.close(resolve));
});

/** Sends, and gives the answer, or undefined when the connection ends without one. */
function ask(socket: Socket, text: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    socket.once('data', (bytes) => resolve(String(bytes)));
    socket.once('error', () => resolve(undefined));
    socket.once('close', () => resolve(undefined));
    socket.write(text);
  });
}

const client = () => connect({ port: proxy.port, host: '127.0.0.1' });

it('passes bytes both ways', async () => {
  const socket = client();
  expect(await ask(socket, 'one')).toBe('answer to one');
  expect(await ask(socket, 'two')).toBe('answer to two');
  socket.destroy();
});

it('cuts in the middle of a request', async () => {
  const socket = client();
  await ask(socket, 'one');
  proxy.cut('mid-request');
  expect(await ask(socket, 'request')).toBeUndefined();
  expect(received).toBe('onereq');
});

it('cuts after the request and before its answer', async () => {
  const socket = client();
  await ask(socket, 'one');
  proxy.cut('before-answer');
  expect(await ask(socket, 'request')).toBeUndefined();
  expect(received).toBe('onerequest');
});

it('cuts at once, and lets new connections in again', async () => {
  const socket = client();
  await ask(socket, 'one');
  const over = ask(socket, '');
  proxy.cut('now');
  expect(await over).toBeUndefined();
  expect(proxy.connections).toBe(0);
  const next = client();
  expect(await ask(next, 'two')).toBe('answer to two');
  next.destroy();
});

it('refuses connections while it is told to', async () => {
  proxy.refusing = true;
  expect(await ask(client(), 'one')).toBeUndefined();
  proxy.refusing = false;
  const socket = client();
  expect(await ask(socket, 'two')).toBe('answer to two');
  expect(received).toBe('two');
  socket.destroy();
});

it('holds answers back', async () => {
  proxy.delayMs = 60;
  const socket = client();
  const begin = performance.now();
  expect(await ask(socket, 'one')).toBe('answer to one');
  expect(performance.now() - begin).toBeGreaterThanOrEqual(55);
  socket.destroy();
});

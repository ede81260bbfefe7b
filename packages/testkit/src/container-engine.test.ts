import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ping } from './container-engine.ts';

let folder: string;
let socketPath: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spanwise-ping-'));
  socketPath = join(folder, 'engine.sock');
});
afterEach(() => rm(folder, { recursive: true }));

test.each<[string, RequestListener, boolean]>([
  ['an engine that answers is there', (request, response) => response.end(request.url === '/_ping' ? 'OK' : ''), true],
  ['one that reports an error is not', (_request, response) => response.writeHead(500).end(), false],
  ['one that hangs up is not', (request) => request.destroy(), false],
  ['one that never answers is not', () => {}, false],
])('%s', async (_name, listener, expected) => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  expect(await ping({ socketPath })).toBe(expected);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('a file where the socket should be is no engine, and neither is nothing at all', async () => {
  expect(await ping({ socketPath })).toBe(false);
  await writeFile(socketPath, '');
  expect(await ping({ socketPath })).toBe(false);
});

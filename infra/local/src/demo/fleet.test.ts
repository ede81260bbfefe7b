import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startFleet } from './fleet.ts';

let dir: string;
let server: Server;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spanwise-fleet-'));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(dir, { recursive: true });
});

test('a fleet whose endpoint takes nothing any more is not waited for longer than the grace', async () => {
  server = createServer((request, response) => {
    request.resume();
    response.writeHead(503, { 'retry-after': '2' }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const fleet = startFleet({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rate: 200,
    seed: 1,
    truthFile: join(dir, 'truth.jsonl'),
    logFile: join(dir, 'simulate.log'),
  });
  await once(server, 'request');

  const askedAt = performance.now();
  await expect(fleet.stop(500)).rejects.toThrow('ended by SIGKILL');
  expect(performance.now() - askedAt).toBeLessThan(30_000);
});

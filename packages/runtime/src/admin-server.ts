import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { Health } from './health.ts';

export interface AdminServerOptions {
  host: string;
  /** 0 for any free one */
  port: number;
  registry: Registry;
  health: Health;
}

export interface AdminServer extends AsyncDisposable {
  /** The port it really listens on */
  readonly port: number;
}

/**
 * Serves `/healthz` (the process lives), `/readyz` (200 or 503 with the state of each component) and `/metrics`.
 * Rejects when the port is taken.
 */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const { registry, health } = options;
  const server = createServer(async (request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return sendJson(response, 405, { error: `${request.method} is not allowed here` });
    }
    if (path === '/healthz') return sendJson(response, 200, { alive: true });
    if (path === '/readyz') return sendJson(response, health.ready ? 200 : 503, health.report());
    if (path === '/metrics') return await sendMetrics(response, registry);
    sendJson(response, 404, { error: 'there is /healthz, /readyz and /metrics' });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function sendMetrics(response: ServerResponse, registry: Registry): Promise<void> {
  try {
    const body = await registry.metrics();
    response.writeHead(200, { 'content-type': registry.contentType }).end(body);
  } catch (error) {
    sendJson(response, 500, { error: `a metric could not be collected: ${String(error)}` });
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

import { Counter, Gauge, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { startAdminServer } from './admin-server.ts';
import { Health } from './health.ts';

async function startServer() {
  const registry = new Registry();
  const health = new Health();
  const server = await startAdminServer({ host: '127.0.0.1', port: 0, registry, health });
  const get = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${server.port}${path}`, { method });
  return { registry, health, get, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

test('readiness follows the components and says which one is not well', async () => {
  await using server = await startServer();
  expect((await server.get('/readyz')).status).toBe(200);
  server.health.set('kafka', false, 'no broker answers');
  server.health.set('clickhouse', true);
  const response = await server.get('/readyz');
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({
    ready: false,
    components: { kafka: { ok: false, detail: 'no broker answers' }, clickhouse: { ok: true } },
  });
  expect((await server.get('/healthz')).status).toBe(200);
  server.health.set('kafka', true);
  expect((await server.get('/readyz')).status).toBe(200);
});

test('metrics are served in the Prometheus text format', async () => {
  await using server = await startServer();
  new Counter({ name: 'tea_total', help: 'Cups', registers: [server.registry] }).inc(3);
  const response = await server.get('/metrics');
  expect(response.headers.get('content-type')).toContain('text/plain');
  expect(await response.text()).toContain('tea_total 3');
});

test('a metric that cannot be collected gives an error, not a dead server', async () => {
  await using server = await startServer();
  const collect = () => {
    throw new Error('no kettle');
  };
  new Gauge({ name: 'broken', help: 'Fails', registers: [server.registry], collect });
  const response = await server.get('/metrics');
  expect(response.status).toBe(500);
  expect(await response.text()).toContain('no kettle');
  expect((await server.get('/healthz')).status).toBe(200);
});

test('what is not there is refused in words', async () => {
  await using server = await startServer();
  expect((await server.get('/')).status).toBe(404);
  expect((await server.get('/metrics', 'POST')).status).toBe(405);
});

test('a taken port rejects', async () => {
  await using first = await startAdminServer({
    host: '127.0.0.1',
    port: 0,
    registry: new Registry(),
    health: new Health(),
  });
  const second = startAdminServer({
    host: '127.0.0.1',
    port: first.port,
    registry: new Registry(),
    health: new Health(),
  });
  await expect(second).rejects.toThrow('EADDRINUSE');
});

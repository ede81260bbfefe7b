import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../test/tiny-service.ts', import.meta.url));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function startTiny(env: Record<string, string> = {}, args: string[] = []) {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, SPANWISE_HOST: '127.0.0.1', ...env },
  });
  children.push(child);
  const lines: Record<string, unknown>[] = [];
  let output = '';
  const exited = once(child, 'close').then(([code]) => code as number | null);
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const reader = createInterface({ input: child.stdout });
  const logged = async (message: string): Promise<Record<string, unknown>> => {
    for (;;) {
      const found = lines.find((line) => line.msg === message);
      if (found) return found;
      await Promise.race([
        once(reader, 'line'),
        exited.then(() => Promise.reject(new Error(`it ended without ${message}`))),
      ]);
    }
  };
  reader.on('line', (line) => {
    output += `${line}\n`;
    if (line.startsWith('{')) lines.push(JSON.parse(line));
  });
  return { child, exited, logged, output: () => output };
}

test('a started service tells its ports, is ready, and stops in order on SIGTERM', async () => {
  const tiny = startTiny();
  const ready = (await tiny.logged('ready')) as { ports: { metrics: number; tea: number }; service: string };
  expect(ready).toMatchObject({ level: 'info', service: 'tiny', pid: tiny.child.pid, ports: { tea: 1234 } });
  const base = `http://127.0.0.1:${ready.ports.metrics}`;
  expect((await fetch(`${base}/readyz`)).status).toBe(200);
  expect(await (await fetch(`${base}/metrics`)).text()).toContain('process_cpu_seconds_total');
  tiny.child.kill('SIGTERM');
  await tiny.logged('stopping in order');
  expect(await tiny.exited).toBe(0);
});

test('what a service finds wrong in its configuration when it starts is told like any wrong variable', async () => {
  const tiny = startTiny({ SPANWISE_TINY_BEHAVIOUR: 'finds-a-wrong-file' });
  expect(await tiny.exited).toBe(2);
  expect(tiny.output()).toBe('tiny cannot start, its configuration is wrong:\n  SPANWISE_TINY_LEAVES: no tea\n');
});

test('a port that is taken is named', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const tiny = startTiny({ SPANWISE_TINY_METRICS_PORT: String(port) });
  expect(await tiny.exited).toBe(1);
  expect(tiny.output()).toContain(`tiny could not start: port ${port} is taken`);
  other.close();
});

test('the end of the parent stops a service that was asked to go with it', async () => {
  const tiny = startTiny({ SPANWISE_EXIT_WITH_PARENT: '1' });
  await tiny.logged('ready');
  tiny.child.stdin.end();
  await tiny.logged('stopping in order');
  expect(await tiny.exited).toBe(0);
});

test('a service that is stopped while it still waits to start ends in order', async () => {
  const tiny = startTiny({ SPANWISE_TINY_BEHAVIOUR: 'waits-for-others' });
  await tiny.logged('waiting');
  tiny.child.kill('SIGTERM');
  expect(await tiny.exited).toBe(0);
  expect(tiny.output()).not.toContain('fatal');
});

test('a second signal does not wait for an orderly stop', async () => {
  const tiny = startTiny({ SPANWISE_TINY_BEHAVIOUR: 'hangs-when-stopped' });
  await tiny.logged('ready');
  tiny.child.kill('SIGINT');
  await tiny.logged('stopping in order');
  tiny.child.kill('SIGINT');
  expect(await tiny.exited).toBe(1);
});

test.for([
  ['refuses-to-start', 'tiny could not start', 'no tea'],
  ['rejects-later', 'unhandled rejection', 'spilled'],
])('a service that %s logs a fatal line and ends with exit code 1', async ([behaviour, message, cause]) => {
  const tiny = startTiny({ SPANWISE_TINY_BEHAVIOUR: behaviour as string });
  expect(await tiny.exited).toBe(1);
  expect(await tiny.logged(message as string)).toMatchObject({ level: 'fatal', err: { message: cause } });
});

test('a wrong configuration ends with exit code 2 and one message about everything wrong', async () => {
  const tiny = startTiny({ SPANWISE_TINY_BEHAVIOUR: 'badly', SPANWISE_TINY_METRICS_PORT: 'front door' });
  expect(await tiny.exited).toBe(2);
  expect(tiny.output()).toContain(
    "SPANWISE_TINY_METRICS_PORT: expected a port (0–65535, 0 for any free one), got 'front door'",
  );
  expect(tiny.output()).toContain('SPANWISE_TINY_BEHAVIOUR: expected one of');
});

test('--help lists the settings and starts nothing', async () => {
  const tiny = startTiny({}, ['--help']);
  expect(await tiny.exited).toBe(0);
  expect(tiny.output()).toContain('SPANWISE_TINY_BEHAVIOUR  (default well)');
});

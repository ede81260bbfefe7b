import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { choosePort } from '../pipeline/local-ports.ts';
import type { ServiceEvent } from './supervised-service.ts';
import { Supervisor } from './supervisor.ts';

const childScript = fileURLToPath(new URL('../../test/child.ts', import.meta.url));
const parentScript = fileURLToPath(new URL('../../test/parent.ts', import.meta.url));
let logDir: string;
let events: ServiceEvent[];
let supervisor: Supervisor;

beforeEach(() => {
  logDir = mkdtempSync(join(tmpdir(), 'spanwise-supervisor-'));
  events = [];
  supervisor = new Supervisor({
    logDir,
    onEvent: (event) => events.push(event),
    settings: { backoff: { first: 20, most: 80, stable: 60_000 }, pollMs: 20, stopGraceMs: 1_000 },
  });
});

afterEach(async () => {
  await supervisor.stop();
  rmSync(logDir, { recursive: true });
});

const freePort = () => choosePort({ what: 'a test', preferred: 0 }, () => {});

async function startChild(behaviour = 'well') {
  const port = await freePort();
  return supervisor.start({
    name: 'child',
    command: process.execPath,
    args: [childScript, String(port), behaviour],
    env: process.env,
    readyUrl: `http://127.0.0.1:${port}/readyz`,
  });
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a killed service is started again and ready again, and the restart is reported', async () => {
  const child = await startChild();
  await child.whenReady(20_000);
  const first = child.pid as number;
  process.kill(first, 'SIGKILL');
  await expect.poll(() => events.at(-1)?.kind === 'ready' && child.pid !== first).toBe(true);
  const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== 'unready');
  expect(kinds).toEqual(['started', 'ready', 'ended', 'started', 'ready']);
  expect(events.find(({ kind }) => kind === 'ended')).toMatchObject({
    service: 'child',
    how: 'by SIGKILL',
    restartInMs: 20,
  });
  expect(child.restarts).toBe(1);
  expect(readFileSync(child.logFile, 'utf8')).toBe(`pid ${first}\npid ${child.pid}\n`);
});

test('a service that keeps crashing waits longer each time, up to a bound', async () => {
  await startChild('crashes');
  const ended = () => events.filter((event) => event.kind === 'ended');
  await expect.poll(() => ended().length).toBeGreaterThanOrEqual(4);
  expect(ended().slice(0, 4)).toMatchObject([20, 40, 80, 80].map((restartInMs) => ({ restartInMs })));
  expect(ended()[0]).toMatchObject({ how: 'with exit code 3' });
});

test('a service that never gets ready and keeps crashing is given up at the start', async () => {
  const child = await startChild('crashes');
  await expect(child.whenReady(20_000)).rejects.toThrow('does not start: it has ended with exit code 3 time and again');
});

test('a service that refuses its configuration is not started again, and its own words are shown', async () => {
  const child = await startChild('refuses');
  await expect(child.whenReady(20_000)).rejects.toThrow(/refuses its configuration.*SPANWISE_CHILD_TEA: must be set/s);
  expect(child.restarts).toBe(0);
});

test('a service that is not well says why', async () => {
  const child = await startChild('unwell');
  await expect.poll(() => child.detail).toBe('kettle: cold');
  await expect(child.whenReady(10)).rejects.toThrow('kettle: cold');
});

test('a service that does not heed SIGTERM is killed', async () => {
  const child = await startChild('ignores-sigterm');
  await child.whenReady(20_000);
  const pid = child.pid as number;
  await supervisor.stop();
  expect(isAlive(pid)).toBe(false);
});

test('stopping while a service waits for its next start is quick and final', async () => {
  const child = await startChild('crashes');
  await expect.poll(() => events.some((event) => event.kind === 'ended')).toBe(true);
  await supervisor.stop();
  expect(child.pid).toBeUndefined();
});

test('a command that cannot be run is reported like a crash', async () => {
  const readyUrl = 'http://127.0.0.1:1/readyz';
  supervisor.start({ name: 'ghost', command: '/nonexistent', args: [], env: {}, readyUrl });
  await expect.poll(() => events[0]?.kind).toBe('ended');
});

test('when the supervisor itself is killed, its services end', async () => {
  const parent = spawn(process.execPath, [parentScript, logDir, String(await freePort())], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(parent.stdout, 'data');
  const pid = Number(String(line));
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(() => isAlive(pid)).toBe(false);
});

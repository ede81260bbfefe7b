import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const jarsModule = fileURLToPath(new URL('./kafka-jars.ts', import.meta.url));

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spanwise-jars-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('who leaves while Maven fetches leaves neither Maven nor files behind', async () => {
  const cache = join(dir, 'cache');
  const pidFile = join(dir, 'maven.pid');
  writeFileSync(
    join(dir, 'mvn'),
    `#!/bin/sh\necho $$ > ${pidFile}.new; mv ${pidFile}.new ${pidFile}; exec sleep 60\n`,
    {
      mode: 0o755,
    },
  );
  const program = `
    import { kafkaJars } from ${JSON.stringify(jarsModule)};
    process.on('SIGTERM', () => process.exit(130));
    await kafkaJars(${JSON.stringify(cache)}, () => {});`;
  const fetching = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, PATH: `${dir}${delimiter}${process.env.PATH}` },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = new Promise((resolve) => fetching.once('exit', resolve));
  await vi.waitUntil(() => existsSync(pidFile), { timeout: 60_000 });
  const maven = Number(readFileSync(pidFile, 'utf8'));
  expect(readdirSync(cache)).toHaveLength(3);

  fetching.kill('SIGTERM');
  expect(await ended).toBe(130);
  expect(readdirSync(cache)).toEqual([]);
  await vi.waitUntil(() => !isAlive(maven), { timeout: 60_000 });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

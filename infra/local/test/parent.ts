/** Supervises one child and does nothing else, until it is killed. */
import { fileURLToPath } from 'node:url';
import { Supervisor } from '../src/supervision/supervisor.ts';

const [logDir, port] = process.argv.slice(2);
const supervisor = new Supervisor({ logDir: logDir as string, onEvent: () => {} });
const child = supervisor.start({
  name: 'child',
  command: process.execPath,
  args: [fileURLToPath(new URL('child.ts', import.meta.url)), port as string],
  env: process.env,
  readyUrl: `http://127.0.0.1:${port}/readyz`,
});
await child.whenReady(20_000);
process.stdout.write(`${child.pid}\n`);

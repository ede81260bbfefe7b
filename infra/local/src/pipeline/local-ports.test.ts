import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { choosePort, PortTakenError } from './local-ports.ts';

let server: Server | undefined;

afterEach(() => server?.close());

async function takenPort(): Promise<number> {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('a taken port is replaced by a free one, with a notice', async () => {
  const preferred = await takenPort();
  const notices: string[] = [];
  const port = await choosePort({ what: 'OTLP/HTTP', preferred }, (line) => notices.push(line));
  expect(port).not.toBe(preferred);
  expect(notices).toEqual([`Port ${preferred} is taken; OTLP/HTTP uses ${port} instead.`]);
});

test('a taken port that was asked for is an error', async () => {
  const preferred = await takenPort();
  await expect(choosePort({ what: 'OTLP/HTTP', preferred, insist: true }, () => {})).rejects.toThrow(PortTakenError);
});

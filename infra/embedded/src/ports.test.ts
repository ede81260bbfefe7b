import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { PrerequisiteError } from './errors.ts';
import { loopbackPort, otherLoopbackPort } from './ports.ts';

test('a port is found when none is wanted, and can be asked for while it is free', async () => {
  const port = await loopbackPort(undefined, 'Kafka', '--kafka-port');
  expect(port).toBeGreaterThan(0);
  expect(await loopbackPort(port, 'Kafka', '--kafka-port')).toBe(port);
});

test('a taken port is one sentence with the option that chooses another', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const failure = await loopbackPort(port, 'Kafka', '--kafka-port').catch((error) => error);
  server.close();
  expect(failure).toBeInstanceOf(PrerequisiteError);
  expect(failure.message).toContain(`Port ${port} on 127.0.0.1 is already in use, so Kafka cannot listen there`);
  expect(failure.message).toContain('--kafka-port');
});

test('another port is none of those that are chosen already', async () => {
  const even = Array.from({ length: 32_768 }, (_, half) => 2 * half);
  expect((await otherLoopbackPort(even)) % 2).toBe(1);
});

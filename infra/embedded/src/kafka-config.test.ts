import { expect, test } from 'vitest';
import { serverProperties } from './kafka-config.ts';

const lines = (logDir: string) => serverProperties({ logDir, port: 1, controllerPort: 2 }).trimEnd().split('\n');

test('every line is a key and a value, and both listeners stay on loopback', () => {
  for (const line of lines('/data')) expect(line).toMatch(/^[a-z.]+=\S+$/);
  expect(lines('/data')).toContain('listeners=PLAINTEXT://127.0.0.1:1,CONTROLLER://127.0.0.1:2');
  expect(lines('/data')).toContain('auto.create.topics.enable=false');
});

test.each([
  ['a space', '/my data', 'log.dirs=/my data'],
  ['a backslash', '/a\\b', 'log.dirs=/a\\\\b'],
  ['a line break', '/a\nb', 'log.dirs=/a\\nb'],
])('a folder with %s in its name stays one value', (_name, folder, line) => {
  expect(lines(folder)).toContain(line);
});

test('clients of a proxied listener are told the address of the proxy', () => {
  const proxied = [{ name: 'STORE', port: 3, advertisedPort: 4 }];
  const properties = serverProperties({ logDir: '/data', port: 1, controllerPort: 2, proxied }).split('\n');
  expect(properties).toContain('listeners=PLAINTEXT://127.0.0.1:1,STORE://127.0.0.1:3,CONTROLLER://127.0.0.1:2');
  expect(properties).toContain('advertised.listeners=PLAINTEXT://127.0.0.1:1,STORE://127.0.0.1:4');
  expect(properties).toContain(
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,STORE:PLAINTEXT,CONTROLLER:PLAINTEXT',
  );
});

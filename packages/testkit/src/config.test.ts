import { expect, test } from 'vitest';
import { loadTestkitConfig } from './config.ts';

test('with nothing set there are no external servers, and recordings are looked for beside the repository', () => {
  const config = loadTestkitConfig({});
  expect(config.kafkaBrokers).toBeUndefined();
  expect(config.clickhouseUrl).toBeUndefined();
  expect(config.sharedDataDir).toMatch(/^\/.*\/shared\/data$/);
});

test('external servers are taken as given, blanks and empty parts aside', () => {
  const config = loadTestkitConfig({ SPANWISE_KAFKA_BROKERS: 'a:1, b:2,', SPANWISE_CLICKHOUSE_URL: 'http://c:8123' });
  expect(config.kafkaBrokers).toEqual(['a:1', 'b:2']);
  expect(config.clickhouseUrl).toBe('http://c:8123');
});

test.each([
  ['unix:///run/user/1000/docker.sock', { socketPath: '/run/user/1000/docker.sock' }],
  ['tcp://10.0.0.5:2376', { host: '10.0.0.5', port: 2376 }],
  ['tcp://10.0.0.5', { host: '10.0.0.5', port: 2375 }],
])('DOCKER_HOST %s is the only place to look for an engine', (value, address) => {
  expect(loadTestkitConfig({ DOCKER_HOST: value }).containerEngines).toEqual([address]);
});

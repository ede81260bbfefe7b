import { expect, test } from 'vitest';
import { parseCommandLine, UsageError } from './command-line.ts';

const nothing = { kafkaPort: undefined, clickhouseHttpPort: undefined, clickhouseTcpPort: undefined };

test.each([
  ['nothing given starts both on free ports', [], { options: { dataDir: '/default', ...nothing }, only: undefined }],
  ['--only starts one', ['--only', 'kafka'], { options: { dataDir: '/default', ...nothing }, only: 'kafka' }],
  [
    'folder and ports as given',
    ['--data-dir', '/d', '--kafka-port', '9092', '--clickhouse-http-port', '8123', '--clickhouse-tcp-port=9000'],
    { options: { dataDir: '/d', kafkaPort: 9092, clickhouseHttpPort: 8123, clickhouseTcpPort: 9000 }, only: undefined },
  ],
  ['--help wins over the rest', ['--only', 'kafka', '--help'], 'help'],
])('%s', (_name, args, expected) => {
  expect(parseCommandLine(args, '/default')).toEqual(expected);
});

test.each([
  ['a port that is no number', ['--kafka-port', 'x'], '--kafka-port takes a port number from 1 to 65535, not "x".'],
  ['a port out of range', ['--clickhouse-tcp-port', '65536'], '--clickhouse-tcp-port takes a port number'],
  ['a server there is not', ['--only', 'redis'], '--only takes kafka or clickhouse, not "redis".'],
  ['an option there is not', ['--port', '1'], "Unknown option '--port'"],
])('%s is refused by name', (_name, args, message) => {
  expect(() => parseCommandLine(args, '/default')).toThrow(UsageError);
  expect(() => parseCommandLine(args, '/default')).toThrow(message);
});

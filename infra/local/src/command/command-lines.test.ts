import { expect, test } from 'vitest';
import { parseDemoCommand } from '../demo/command-line.ts';
import { parseReplayCommand } from '../replay/command-line.ts';

test('the demo takes its length, ports by name, and the rest by default', () => {
  expect(parseDemoCommand(['--for', '60s', '--report', 'r.json', '--port', '4400', '--port', 'kafka=9095'])).toEqual({
    forMs: 60_000,
    report: 'r.json',
    rate: 150,
    seed: undefined,
    fleet: true,
    dataDir: undefined,
    ports: { http: 4400, kafka: 9095 },
  });
});

test.each([
  [['--for', 'soon'], '--for takes a duration'],
  [['--for', '5s'], 'at least 30s'],
  [['--report', 'r.json'], '--report needs --for'],
  [['--no-fleet', '--for', '60s'], '--for needs the fleet'],
  [['--rate', '0'], '--rate takes a whole number'],
  [['--seed', 'x'], '--seed takes a whole number'],
  [['--port', 'tea=1'], "as NAME=PORT, not 'tea=1'"],
  [['--port', '70000'], '--port takes a port'],
  [['--port', 'constructor=1'], '--port takes a port'],
  [['--tea'], "Unknown option '--tea'"],
])('the demo refuses %j', (args, message) => {
  expect(() => parseDemoCommand(args)).toThrow(message);
});

test('replay takes files and gives up after two minutes by default', () => {
  expect(parseReplayCommand(['a', 'b', '--labels', 'l'])).toMatchObject({
    files: ['a', 'b'],
    labels: 'l',
    waitMs: 120_000,
  });
});

test.each([
  [[], 'Name at least one file'],
  [['a', '--wait', 'long'], '--wait takes a duration'],
  [['a', '--tea'], "Unknown option '--tea'"],
])('replay refuses %j', (args, message) => {
  expect(() => parseReplayCommand(args)).toThrow(message);
});

test('both explain themselves', () => {
  expect([parseDemoCommand(['--help']), parseReplayCommand(['-h'])]).toEqual(['help', 'help']);
});

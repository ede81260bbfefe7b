import { expect, it } from 'vitest';
import { parseChaosCommand } from './command-line.ts';

const kinds = ['kill', 'freeze'];

it('is ten minutes of all faults by default', () => {
  expect(parseChaosCommand([], kinds)).toEqual({
    minutes: 10,
    seed: 1,
    rate: 5_300,
    report: undefined,
    brokerKills: false,
    only: undefined,
    patienceSeconds: 1_200,
    dataDir: undefined,
  });
});

it.each([
  ['none', []],
  ['kill', ['kill']],
  ['kill,freeze', ['kill', 'freeze']],
])('--only %s are the faults %j', (only, chosen) => {
  expect(parseChaosCommand(['--only', only], kinds)).toMatchObject({ only: chosen });
});

it.each([
  [['--minutes', 'x'], "--minutes takes a number from 0.5 to 1440, not 'x'"],
  [['--minutes', '0.4'], "not '0.4'"],
  [['--minutes', '2000'], "--minutes takes a number from 0.5 to 1440, not '2000'"],
  [['--minutes', ''], "not ''"],
  [['--seed', '1.5'], '--seed takes a whole number'],
  [['--rate', '0'], '--rate takes a whole number'],
  [['--patience', '-1'], '--patience'],
  [['--only', 'rain'], "There is no fault 'rain'; there are: kill, freeze"],
  [['--tea'], "Unknown option '--tea'"],
  [['10'], "'10'"],
])('refuses %j', (args, message) => {
  expect(() => parseChaosCommand(args, kinds)).toThrow(message);
});

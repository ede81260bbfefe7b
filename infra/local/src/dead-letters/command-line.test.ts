import { expect, test } from 'vitest';
import { parseDeadLettersCommand } from './command-line.ts';

const NOW = Date.UTC(2026, 0, 2);
const parse = (...args: string[]) => parseDeadLettersCommand(args, NOW);

test('a replay takes its letters by place, topic, reason and time', () => {
  expect(
    parse(
      'replay',
      '0/17',
      '--topic',
      'spans',
      '--reason',
      'unknown_schema',
      '--since',
      '24h',
      '--until',
      '2026-01-01T12:00Z',
      '--dry-run',
    ),
  ).toEqual({
    verb: 'replay',
    filter: {
      ids: ['0/17'],
      topic: 'spans',
      service: undefined,
      reason: 'unknown_schema',
      since: Date.UTC(2026, 0, 1) * 1_000,
      until: Date.UTC(2026, 0, 1, 12) * 1_000,
    },
    dryRun: true,
    again: false,
    force: false,
    limit: 50,
    json: false,
    dataDir: undefined,
  });
});

test.each([
  [[], 'Say list, show or replay'],
  [['send'], "not 'send'"],
  [['replay'], 'or --all'],
  [['show'], 'Name the letters'],
  [['show', '17'], "such as 0/17/0, not '17'"],
  [['list', '--reason', 'bad'], '--reason takes one of undecodable, unknown_schema'],
  [['list', '--since', 'noon'], '--since takes a time'],
  [['list', '--limit', '0'], '--limit takes a whole number'],
  [['list', '--tea'], "Unknown option '--tea'"],
])('%j is refused', (args, message) => {
  expect(() => parse(...args)).toThrow(message);
});

test('it explains itself', () => {
  expect(parse('--help')).toBe('help');
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CHANGELOG_MESSAGE_BYTES,
  ChangelogDecoder,
  ChangelogEncoder,
  checkEntryName,
  encodeMark,
  LONGEST_ENTRY_NAME,
  MESSAGE_KINDS,
  readChangelogHeader,
} from './changelog.ts';
import type { SlotChange } from './slot-store.ts';
import type { TimerChange } from './timer-table.ts';

type Change = SlotChange | TimerChange;

function decode(messages: readonly Buffer[]): Change[] {
  const decoder = new ChangelogDecoder();
  const changes: Change[] = [];
  const visitor = {
    slot: (change: SlotChange) => void changes.push(change),
    timer: (change: TimerChange) => void changes.push(change),
  };
  for (const message of messages) decoder.read(message, visitor);
  return changes;
}

function encode(changes: readonly Change[]): Buffer[] {
  const encoder = new ChangelogEncoder('changes', 7);
  for (const change of changes) {
    if ('slot' in change) encoder.slot(change);
    else encoder.timer(change);
  }
  return encoder.finish();
}

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const key = fc.oneof(text, fc.constantFrom('', 'k'));
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ key, slot: text, json: fc.option(fc.json(), { nil: undefined }) }),
  fc.record({ key, slot: fc.constant(undefined), json: fc.constant(undefined) }),
  fc.record({ key, name: text, at: fc.option(fc.nat(), { nil: undefined }) }),
);

describe('the changelog', () => {
  it('gives back what went in, in order', () => {
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        expect(decode(encode(changes))).toEqual(changes);
      }),
    );
  });

  it.each([1, LONGEST_ENTRY_NAME - 4])(
    'carries key and name of the greatest length in small messages, key %i',
    (length) => {
      const key = '€'.repeat(length);
      const name = '€'.repeat(LONGEST_ENTRY_NAME - length);
      checkEntryName(key, name);
      expect(() => checkEntryName(`${key}x`, name)).toThrow(RangeError);
      const changes = [
        { key, slot: name, json: JSON.stringify('€'.repeat(200_000)) },
        { key, name, at: 1 },
        { key, slot: name, json: JSON.stringify('x'.repeat(131_072 / 3 - 3)) },
        { key: `${key.slice(1)}y`, slot: name, json: undefined },
      ];
      const messages = encode(changes);
      expect(decode(messages)).toEqual(changes);
      for (const message of messages) expect(message.length).toBeLessThanOrEqual(CHANGELOG_MESSAGE_BYTES);
    },
  );

  it.each([10, 43_690, 131_072, 131_073, 1_000_000])(
    'carries a value of %i units in messages that stay small',
    (length) => {
      const changes = [
        { key: 'k', slot: 'before', json: '1' },
        { key: 'k', slot: 'long', json: JSON.stringify('ä'.repeat(length)) },
        { key: 'k', slot: 'after', json: '2' },
      ];
      const messages = encode(changes);
      expect(decode(messages)).toEqual(changes);
      for (const message of messages) expect(message.length).toBeLessThanOrEqual(CHANGELOG_MESSAGE_BYTES + 1024);
    },
  );

  it('names a key once for entries that follow each other', () => {
    const long = 'k'.repeat(100);
    const [message] = encode(['a', 'b', 'c'].map((slot) => ({ key: long, slot, json: '1' })));
    expect(message?.length).toBeLessThan(2 * long.length);
  });

  it('reads what format 1 wrote', () => {
    const entry = (operation: number, ...texts: string[]) => [
      Buffer.of(operation),
      ...texts.map((part) => Buffer.concat([Buffer.of(0, 0, 0, part.length), Buffer.from(part)])),
    ];
    const time = Buffer.alloc(8);
    time.writeDoubleBE(1_795_000_000_000);
    const message = Buffer.concat([
      Buffer.of(0x53, 1, 1, 0, 0, 0, 0, 7),
      ...entry(1, 'k', 'a', '{"n":1}'),
      ...entry(3, 'k', 'b'),
      ...entry(4, 'k', 't'),
      time,
      ...entry(5, 'l', 't'),
    ]);
    expect(decode([message])).toEqual([
      { key: 'k', slot: 'a', json: '{"n":1}' },
      { key: 'k', slot: 'b', json: undefined },
      { key: 'k', name: 't', at: 1_795_000_000_000 },
      { key: 'l', name: 't', at: undefined },
    ]);
  });

  it('marks every message with its kind and the state version', () => {
    for (const kind of MESSAGE_KINDS) {
      expect(readChangelogHeader(encodeMark(kind, 3, 'id'))).toEqual({ kind, stateVersion: 3 });
    }
    expect(encode([{ key: 'k', name: 't', at: 1 }]).map(readChangelogHeader)).toEqual([
      { kind: 'changes', stateVersion: 7 },
    ]);
  });

  it('writes nothing for no changes', () => {
    expect(encode([])).toEqual([]);
  });

  it.each([
    ['garbage', Buffer.from('no changelog message')],
    ['a message too short', Buffer.from([0x53])],
    ['a format of the future', Buffer.from([0x53, 3, 1, 0, 0, 0, 0, 1])],
    ['an unknown kind', Buffer.from([0x53, 1, 99, 0, 0, 0, 0, 1])],
  ])('refuses %s', (_, message) => {
    expect(() => decode([message])).toThrow('changelog message');
  });
});

import { encodeBlock, encodeTick, newRecord } from '@spanwise/schemas';
import { span } from '@spanwise/testkit/spans';
import { describe, expect, test } from 'vitest';
import { type Letter, recordKey, recordOf } from './letter.ts';
import { type LetterFilter, matches } from './letter-filter.ts';
import { ReplayDecider } from './replay-decision.ts';

const block = encodeBlock('Span', [span()]);
const letter = (fields: Partial<Letter> = {}): Letter => ({
  ...newRecord('DeadLetter', {
    service: 'detect',
    topic: 'spans',
    partition: 1,
    offset: 17,
    reason: 'unknown_schema',
    detail: 'broken',
    value: block,
    time: 1_000,
  }),
  id: '0/3/0',
  ...fields,
});
const deciding = (replayed: Letter[] = [], wishes = { again: false, force: false }) =>
  new ReplayDecider(new Map(replayed.map((each) => [recordKey(recordOf(each)), 1])), wishes);

describe('a letter', () => {
  test.each<[string, Partial<Letter>, object]>([
    ['that can be read now is sent', {}, { kind: 'send', value: block }],
    ['of the collector is sent whatever it holds', { topic: 'otlp_spans', value: Buffer.from('?') }, { kind: 'send' }],
    ['that cannot be read yet is left', { value: Buffer.from('no block') }, { kind: 'skip', reason: 'hopeless' }],
    ['without bytes is left', { value: null }, { kind: 'skip', reason: 'empty' }],
    ['about a span that was judged by others is left', { offset: -1 }, { kind: 'skip', reason: 'judged' }],
    [
      'that holds a whole Kafka batch is left',
      { detail: 'the batch of offsets 1 to 2 (gzip) cannot be read: x. The value is the whole batch' },
      { kind: 'skip', reason: 'batch' },
    ],
    ['whose bytes were cut is fetched', { detail: 'the first 10 of 20 bytes; the whole stands …' }, { kind: 'fetch' }],
    [
      'that was too large to have any is fetched',
      { value: null, detail: '(900 bytes are too many for dead-letters; they stay …)' },
      { kind: 'fetch' },
    ],
  ])('%s', (_, fields, decision) => {
    expect(deciding().decide(letter(fields))).toMatchObject(decision);
  });

  test('of a tick is sent', () => {
    expect(deciding().decide(letter({ value: encodeTick('Span') }))).toMatchObject({ kind: 'send' });
  });

  test('about a record that another service buried, too, is sent once', () => {
    const decider = deciding();
    expect(decider.decide(letter())).toMatchObject({ kind: 'send' });
    expect(decider.decide(letter({ service: 'store', id: '0/9/0' }))).toEqual({ kind: 'skip', reason: 'twin' });
  });

  test('about a record that was replayed by whichever letter is left, unless it is wanted again', () => {
    const replayed = letter({ service: 'store', id: '0/9/0' });
    expect(deciding([replayed]).decide(letter())).toEqual({ kind: 'skip', reason: 'replayed' });
    expect(deciding([replayed], { again: true, force: false }).decide(letter())).toMatchObject({ kind: 'send' });
  });

  test('about each of two records of one message is sent', () => {
    const single = (spanId: string) =>
      letter({ reason: 'processor_error', value: encodeBlock('Span', [span({ spanId })]) });
    const decider = deciding();
    expect(decider.decide(single('0'.repeat(16)))).toMatchObject({ kind: 'send' });
    expect(decider.decide(single('1'.repeat(16)))).toMatchObject({ kind: 'send' });
  });

  test('that cannot be read is sent by force', () => {
    const unread = letter({ value: Buffer.from('no block') });
    expect(deciding([], { again: false, force: true }).decide(unread)).toMatchObject({ kind: 'send' });
  });

  test('whose bytes are gone is left', () => {
    expect(deciding().decideFor(letter(), undefined)).toEqual({ kind: 'skip', reason: 'gone' });
  });
});

describe('a filter', () => {
  const any: LetterFilter = {
    ids: [],
    topic: undefined,
    service: undefined,
    reason: undefined,
    since: undefined,
    until: undefined,
  };

  test.each<[Partial<LetterFilter>, boolean]>([
    [{}, true],
    [{ topic: 'spans' }, true],
    [{ topic: 'signals' }, false],
    [{ service: 'store' }, false],
    [{ reason: 'unknown_schema' }, true],
    [{ reason: 'rejected' }, false],
    [{ since: 1_000, until: 1_001 }, true],
    [{ since: 1_001 }, false],
    [{ until: 1_000 }, false],
    [{ ids: ['0/3'] }, true],
    [{ ids: ['0/3/0'] }, true],
    [{ ids: ['0/30', '1/3'] }, false],
  ])('%j takes it: %s', (filter, expected) => {
    expect(matches(letter(), { ...any, ...filter })).toBe(expected);
  });
});

import { describe, expect, it } from 'vitest';
import { addSeen, noWords, topicText, topicWords, wasSeen } from './topic-words.ts';

const MOST = 64;
const shared = (a: string, b: string) =>
  topicWords(a, MOST).filter((word) => topicWords(b, MOST).includes(word)).length;

describe('two texts share what they are about', () => {
  it.each([
    ['in other forms of a word', 'refund the damaged lamp', 'Refunding a lamp that was damaged', 3],
    ['in identifiers', 'order A-1042', 'the parcel A-1042', 1],
    ['within JSON', 'damaged lamp', '{"reason":"line one\\ndamaged","item":"\\u00c4 lamp"}', 2],
    ['in a script without spaces', '退款订单', '我要退款', 1],
    ['but not words that say nothing', 'could you please check this for me', 'I would like to check that', 0],
    ['but not other subjects', 'refund the damaged lamp', 'the history of medieval castles', 0],
  ])('%s', (_, a, b, count) => expect(shared(a, b)).toBe(count));
});

it('a word is known once its text was seen', () => {
  const seen = noWords();
  const [lamp = 0, castle = 0] = topicWords('lamp castle', MOST);
  addSeen(seen, 'a damaged lamp', 100);
  expect([wasSeen(seen, lamp), wasSeen(seen, castle)]).toEqual([true, false]);
});

it('at most so many words are kept, each once', () => {
  expect(topicWords('lamp lamp castle garden', 2)).toHaveLength(2);
});

it('values are told from what a text speaks of, identifiers from short numbers', () => {
  const { words, identifiers, numbers } = topicText(
    'Lamp A-1042 of order W8623781, 327 EUR, again W8623781, 10.',
    MOST,
  );
  expect(words).toEqual(topicWords('lamp', MOST));
  expect(identifiers).toEqual(topicWords('W8623781', MOST));
  expect(numbers).toEqual(topicWords('1042 327', MOST));
});

import type { DeadLetter } from '@spanwise/schemas';
import type { ExpectedLetter } from '../poison/poison-book.ts';

/** Services whose dead letters are part of a transaction: they are there once. Those of others are there at least once. */
const EXACTLY_ONCE = new Set(['detect', 'correlate']);

export interface LetterAccount {
  readonly expected: number;
  readonly found: number;
  /** What is missing, twice, or not as it should be, in words */
  readonly problems: readonly string[];
}

/** Dead letters against the poison that was sent: each by its reader, place and reason, with its bytes. */
export function accountForLetters(expected: readonly ExpectedLetter[], letters: readonly DeadLetter[]): LetterAccount {
  const byPlace = Map.groupBy(letters, placeOf);
  const problems: string[] = [];
  let found = 0;
  for (const letter of expected) {
    const place = placeOf(letter);
    const there = byPlace.get(place) ?? [];
    byPlace.delete(place);
    const [first] = there;
    if (!first) problems.push(`${place}: no dead letter (${letter.reason})`);
    else {
      found += 1;
      if (first.reason !== letter.reason) problems.push(`${place}: ${first.reason} in place of ${letter.reason}`);
      if (!sameKey(first, letter)) problems.push(`${place}: another key than was sent`);
      if (!sameBytes(first, letter)) problems.push(`${place}: other bytes than were sent`);
    }
    if (there.length > 1 && EXACTLY_ONCE.has(letter.service)) problems.push(`${place}: ${there.length} dead letters`);
  }
  for (const [place, there] of byPlace) problems.push(`${place}: unexpected, ${there[0]?.reason}: ${there[0]?.detail}`);
  return { expected: expected.length, found, problems };
}

function placeOf({
  service,
  topic,
  partition,
  offset,
}: Pick<DeadLetter, 'service' | 'topic' | 'partition' | 'offset'>) {
  return `${service} ${topic}/${partition}/${offset}`;
}

/** At least as much of a key is kept. */
const KEY_BYTES = 8 * 1024;

/** A key is cut as well; of a record that could not be processed it is that of the record. */
function sameKey(letter: DeadLetter, { reason, key }: ExpectedLetter): boolean {
  if (reason === 'processor_error') return true;
  if (key === null || letter.key === null) return key === letter.key;
  return letter.key.length >= Math.min(key.length, KEY_BYTES) && key.subarray(0, letter.key.length).equals(letter.key);
}

/** A value that is too large for a dead letter is cut, which its detail says. */
function sameBytes(letter: DeadLetter, { value }: ExpectedLetter): boolean {
  if (value === null) return letter.value === null || letter.value.length === 0;
  if (letter.value === null) return /too many/.test(letter.detail);
  if (letter.value.length < value.length && !/the first \d+|its first \d+/.test(letter.detail)) return false;
  return value.subarray(0, letter.value.length).equals(letter.value);
}

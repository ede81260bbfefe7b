import type { DeadLetter } from '@spanwise/schemas';
import { MAX_RECORD_BYTES } from './output-collector.ts';

const MAX_DETAIL = 4_000;
/** What is left beside the key, a detail of three bytes a character, and where it stood. */
const MAX_VALUE_BYTES = MAX_RECORD_BYTES - 32 * 1024;
const MAX_KEY_BYTES = 8 * 1024;

/** What a letter keeps of a message's key, whoever writes the letter: a key can be as large as a message. */
export function letterKey(key: Buffer | null | undefined): Buffer | null {
  return key?.subarray(0, MAX_KEY_BYTES) ?? null;
}

/** The same letter, cut so that it fits into a message whatever is buried; its detail says so where the value is cut. */
export function fittingLetter(letter: DeadLetter): DeadLetter {
  const { value, detail } = letter;
  const cut = value !== null && value.length > MAX_VALUE_BYTES;
  const place = `the first ${MAX_VALUE_BYTES} of ${value?.length} bytes; the whole stands at its offset while retained. `;
  return {
    ...letter,
    detail: ((cut ? place : '') + detail).slice(0, MAX_DETAIL),
    key: letterKey(letter.key),
    value: cut ? value.subarray(0, MAX_VALUE_BYTES) : value,
  };
}

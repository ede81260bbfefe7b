/**
 * MurmurHash3 x86 128 (Austin Appleby, public domain) over the UTF-16 code units of a text, each as two bytes, low first.
 * Not cryptographic: it makes ids that are a function of the input alone.
 */
const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

function avalanche(h: number): number {
  let x = h ^ (h >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return x ^ (x >>> 16);
}

const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

const hex = (x: number): string =>
  `${BYTES[x >>> 24]}${BYTES[(x >>> 16) & 255]}${BYTES[(x >>> 8) & 255]}${BYTES[x & 255]}`;

/** Two units as a word; zeros beyond the end. */
const lastWord = (text: string, at: number): number =>
  (at < text.length ? text.charCodeAt(at) : 0) | (at + 1 < text.length ? text.charCodeAt(at + 1) << 16 : 0);

/** 32 hex digits. */
export function hash128(text: string): string {
  let h1 = 0;
  let h2 = 0;
  let h3 = 0;
  let h4 = 0;
  const whole = text.length & ~7;
  let i = 0;
  for (; i < whole; i += 8) {
    h1 ^= Math.imul(rotate(Math.imul(text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16), C1), 15), C2);
    h1 = (Math.imul(rotate(h1, 19) + h2, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotate(Math.imul(text.charCodeAt(i + 2) | (text.charCodeAt(i + 3) << 16), C2), 16), C3);
    h2 = (Math.imul(rotate(h2, 17) + h3, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotate(Math.imul(text.charCodeAt(i + 4) | (text.charCodeAt(i + 5) << 16), C3), 17), C4);
    h3 = (Math.imul(rotate(h3, 15) + h4, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotate(Math.imul(text.charCodeAt(i + 6) | (text.charCodeAt(i + 7) << 16), C4), 18), C1);
    h4 = (Math.imul(rotate(h4, 13) + h1, 5) + 0x32ac3b17) | 0;
  }
  // The tail is padded with zeros; the length below tells it from real ones.
  if (i < text.length) {
    h4 ^= Math.imul(rotate(Math.imul(lastWord(text, i + 6), C4), 18), C1);
    h3 ^= Math.imul(rotate(Math.imul(lastWord(text, i + 4), C3), 17), C4);
    h2 ^= Math.imul(rotate(Math.imul(lastWord(text, i + 2), C2), 16), C3);
    h1 ^= Math.imul(rotate(Math.imul(lastWord(text, i), C1), 15), C2);
  }
  const length = text.length * 2;
  h1 ^= length;
  h2 ^= length;
  h3 ^= length;
  h4 ^= length;
  h1 += h2 + h3 + h4;
  h2 += h1;
  h3 += h1;
  h4 += h1;
  h1 = avalanche(h1);
  h2 = avalanche(h2);
  h3 = avalanche(h3);
  h4 = avalanche(h4);
  h1 += h2 + h3 + h4;
  h2 += h1;
  h3 += h1;
  h4 += h1;
  return hex(h1) + hex(h2) + hex(h3) + hex(h4);
}

/** 16 hex digits. */
export const hash64 = (text: string): string => hash128(text).slice(0, 16);

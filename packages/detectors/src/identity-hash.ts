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

const hex = (x: number): string => (x >>> 0).toString(16).padStart(8, '0');

/** 32 hex digits. */
export function hash128(text: string): string {
  let h1 = 0;
  let h2 = 0;
  let h3 = 0;
  let h4 = 0;
  const word = (at: number): number => text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
  const whole = text.length & ~7;
  let i = 0;
  for (; i < whole; i += 8) {
    h1 ^= Math.imul(rotate(Math.imul(word(i), C1), 15), C2);
    h1 = Math.imul(rotate(h1, 19) + h2, 5) + 0x561ccd1b;
    h2 ^= Math.imul(rotate(Math.imul(word(i + 2), C2), 16), C3);
    h2 = Math.imul(rotate(h2, 17) + h3, 5) + 0x0bcaa747;
    h3 ^= Math.imul(rotate(Math.imul(word(i + 4), C3), 17), C4);
    h3 = Math.imul(rotate(h3, 15) + h4, 5) + 0x96cd1c35;
    h4 ^= Math.imul(rotate(Math.imul(word(i + 6), C4), 18), C1);
    h4 = Math.imul(rotate(h4, 13) + h1, 5) + 0x32ac3b17;
  }
  // charCodeAt past the end is NaN, and NaN | 0 is 0: the tail is padded with zeros, the length below tells them apart.
  if (i < text.length) {
    h4 ^= Math.imul(rotate(Math.imul(word(i + 6), C4), 18), C1);
    h3 ^= Math.imul(rotate(Math.imul(word(i + 4), C3), 17), C4);
    h2 ^= Math.imul(rotate(Math.imul(word(i + 2), C2), 16), C3);
    h1 ^= Math.imul(rotate(Math.imul(word(i), C1), 15), C2);
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

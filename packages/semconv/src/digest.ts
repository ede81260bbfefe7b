/**
 * 64 bits of hash over the UTF-16 units of a text, as 16 hex digits: equal on every machine and in every release, since
 * digests are stored and compared. Not for adversaries.
 *
 * Algorithm: MurmurHash3's mixing rounds and finaliser (Austin Appleby, public domain) in two lanes with the constants of
 * its x86 variants; pure JavaScript, because a pure package uses no Node module and because it is faster here than
 * `node:crypto` for texts below about 2 KB.
 */
export function digest64(text: string): string {
  const length = text.length;
  let a = length;
  let b = 0x9747b28c ^ length;
  let i = 0;
  for (; i + 1 < length; i += 2) {
    const word = text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16);
    let k = Math.imul(word, 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    a ^= k;
    a = (Math.imul((a << 13) | (a >>> 19), 5) + 0xe6546b64) | 0;
    k = Math.imul(word, 0x239b961b);
    k = Math.imul((k << 17) | (k >>> 15), 0xab0e9789);
    b ^= k;
    b = (Math.imul((b << 15) | (b >>> 17), 5) + 0x0bcaa747) | 0;
  }
  if (i < length) {
    const word = text.charCodeAt(i);
    let k = Math.imul(word, 0xcc9e2d51);
    a ^= Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    k = Math.imul(word, 0x239b961b);
    b ^= Math.imul((k << 17) | (k >>> 15), 0xab0e9789);
  }
  a = (a + b) | 0;
  b = (b + a) | 0;
  a = finalise(a);
  b = finalise(b);
  a = (a + b) | 0;
  b = (b + a) | 0;
  return hex(a) + hex(b);
}

function finalise(hash: number): number {
  let h = hash;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hex(word: number): string {
  return `${BYTES[word >>> 24]}${BYTES[(word >>> 16) & 255]}${BYTES[(word >>> 8) & 255]}${BYTES[word & 255]}`;
}

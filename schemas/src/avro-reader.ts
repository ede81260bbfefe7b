/** Node's own conversions without the detour through an encoding's name, which its types leave out. */
interface Bytes extends Buffer {
  utf8Slice(begin: number, end: number): string;
  latin1Slice(begin: number, end: number): string;
}

/** Texts up to so many bytes may be names. */
const LONGEST_NAME = 96;
const PLACES = 4_096;

/** Names that were read lately, each in the place of its hash. A memory only: what it gives is what the bytes say. */
const names = new Array<string | undefined>(PLACES);

/**
 * Reads the values of an Avro record one after the other, in the order of its schema. For bytes that were walked before:
 * it checks nothing.
 * Source of the format: Apache Avro 1.12 specification, “Binary Encoding”.
 */
export class AvroReader {
  #bytes = Buffer.alloc(0) as Buffer as Bytes;
  #at = 0;

  /** Goes to the begin of a record. */
  seek(bytes: Buffer, position: number): this {
    this.#bytes = bytes as Bytes;
    this.#at = position;
    return this;
  }

  boolean(): boolean {
    return this.#bytes[this.#at++] === 1;
  }

  /** int and long; exact within ±2^53. */
  long(): number {
    const bytes = this.#bytes;
    let at = this.#at;
    let byte = bytes[at++] as number;
    let low = byte & 0x7f;
    for (let shift = 7; byte >= 0x80 && shift < 28; shift += 7) {
      byte = bytes[at++] as number;
      low |= (byte & 0x7f) << shift;
    }
    if (byte < 0x80) {
      this.#at = at;
      return (low >>> 1) ^ -(low & 1);
    }
    let value = low;
    for (let factor = 2 ** 28; byte >= 0x80; factor *= 128) {
      byte = bytes[at++] as number;
      value += (byte & 0x7f) * factor;
    }
    this.#at = at;
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  double(): number {
    this.#at += 8;
    return this.#bytes.readDoubleLE(this.#at - 8);
  }

  text(): string {
    const length = this.long();
    if (length === 0) return '';
    this.#at += length;
    return this.#bytes.utf8Slice(this.#at - length, this.#at);
  }

  /** A text that many records have: all get one copy of it, made once. */
  name(): string {
    const length = this.long();
    if (length === 0) return '';
    const begin = this.#at;
    this.#at += length;
    if (length > LONGEST_NAME) return this.#bytes.utf8Slice(begin, this.#at);
    const bytes = this.#bytes;
    let hash = length;
    let all = 0;
    for (let i = begin; i < this.#at; i++) {
      const byte = bytes[i] as number;
      all |= byte;
      hash = Math.imul(hash ^ byte, 0x01000193); // FNV-1a
    }
    if (all >= 0x80) return bytes.utf8Slice(begin, this.#at);
    const place = (hash ^ (hash >>> 13)) & (PLACES - 1);
    const known = names[place];
    if (known !== undefined && this.#isAt(known, begin, length)) return known;
    const name = bytes.latin1Slice(begin, this.#at);
    names[place] = name;
    return name;
  }

  skipText(): void {
    const length = this.long();
    this.#at += length;
  }

  array<T>(item: () => T): T[] {
    const items: T[] = [];
    for (let count = this.long(); count !== 0; count = this.long()) {
      if (count < 0) this.long(); // its size in bytes
      for (let left = Math.abs(count); left > 0; left--) items.push(item());
    }
    return items;
  }

  #isAt(name: string, begin: number, length: number): boolean {
    if (name.length !== length) return false;
    for (let i = 0; i < length; i++) if (name.charCodeAt(i) !== this.#bytes[begin + i]) return false;
    return true;
  }
}

import { OtlpDecodeError } from './decode-error.ts';
import type { OtlpTime } from './model.ts';

/** Protobuf wire types; 3 and 4 (groups) are not used by OTLP and refused. */
export const VARINT = 0;
export const FIXED64 = 1;
export const LEN = 2;
export const FIXED32 = 5;

const TWO_32 = 4_294_967_296;
/** A span's attribute keys are from a small vocabulary; this many of them are kept as strings. */
const KEY_BITS = 13;
const KEY_SHIFT = 32 - KEY_BITS;
const LONGEST_KEPT_KEY = 64;

interface FastBuffer extends Buffer {
  utf8Slice(start: number, end: number): string;
  hexSlice(start: number, end: number): string;
}

/**
 * Reads the protobuf wire format from one buffer without allocating for nested messages: a message is read by moving
 * `position` to the end that `message()` returned. Throws OtlpDecodeError on anything that runs past its end.
 * Format: https://protobuf.dev/programming-guides/encoding/
 */
export class WireReader {
  position = 0;
  readonly #bytes: FastBuffer;
  readonly #view: DataView;
  /** The 64-bit varint or fixed64 last read. */
  #low = 0;
  #high = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) as FastBuffer;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Field number × 8 + wire type. */
  tag(): number {
    const tag = this.uint32();
    if (tag < 8) throw new OtlpDecodeError(`no protobuf: field number 0 at byte ${this.position - 1}`);
    return tag;
  }

  /** Every loop over a message's fields ends with this: none of them may have run past the message. */
  finish(end: number): void {
    if (this.position > end) throw this.#cut();
  }

  /** An unsigned varint of at most 32 bits; higher bits of a longer one are dropped, as protobuf does. */
  uint32(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.position++];
    if (byte === undefined) throw this.#cut();
    if (byte < 128) return byte;
    let value = byte & 127;
    for (let shift = 7; shift < 70; shift += 7) {
      byte = bytes[this.position++];
      if (byte === undefined) throw this.#cut();
      if (shift < 32) value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
    throw new OtlpDecodeError(`a varint of more than 10 bytes ends at byte ${this.position}`);
  }

  /** An int64 varint: a number, or a bigint beyond the safe integers. */
  int64(): number | bigint {
    this.#varint64();
    const high = this.#high | 0;
    const value = high * TWO_32 + this.#low;
    return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(this.#low);
  }

  bool(): boolean {
    this.#varint64();
    return this.#low !== 0 || this.#high !== 0;
  }

  double(): number {
    const at = this.#advance(8);
    return this.#view.getFloat64(at, true);
  }

  fixed32(): number {
    const at = this.#advance(4);
    return this.#view.getUint32(at, true);
  }

  /** fixed64 nanoseconds since the epoch. Beyond the year 2255 (no safe integer of microseconds) it stays there. */
  time(): OtlpTime {
    const at = this.#advance(8);
    const low = this.#view.getUint32(at, true);
    const high = this.#view.getUint32(at + 4, true);
    const rest = (high % 1000) * TWO_32 + low;
    const micros = Math.floor(high / 1000) * TWO_32 + Math.floor(rest / 1000);
    return micros > Number.MAX_SAFE_INTEGER
      ? { micros: Number.MAX_SAFE_INTEGER, nanos: 0 }
      : { micros, nanos: rest % 1000 };
  }

  /** Reads the length of a nested message or bytes; returns where it ends, which is not past `end`. */
  message(end: number): number {
    const length = this.uint32();
    const until = this.position + length;
    if (until > end) throw this.#cut();
    return until;
  }

  /** Invalid UTF-8 becomes U+FFFD. */
  string(end: number): string {
    const until = this.message(end);
    const from = this.position;
    this.position = until;
    // V8 keeps a concatenation of up to 12 characters flat, and so cheaper than a call into native code
    if (until - from <= 12) {
      const short = this.#ascii(from, until);
      if (short !== undefined) return short;
    }
    return this.#bytes.utf8Slice(from, until);
  }

  /** A string that is likely to come again. */
  key(end: number): string {
    const until = this.message(end);
    const from = this.position;
    this.position = until;
    const length = until - from;
    if (length > LONGEST_KEPT_KEY) return this.#bytes.utf8Slice(from, until);
    const bytes = this.#bytes;
    let hash = length;
    if (length >= 4) {
      // four bytes at a time; the last four overlap
      const view = this.#view;
      const last = until - 4;
      for (let i = from; i < last; i += 4) hash = Math.imul(hash ^ view.getUint32(i), 0x9e3779b1);
      hash = Math.imul(hash ^ view.getUint32(last), 0x9e3779b1);
    } else for (let i = from; i < until; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x9e3779b1);
    const slot = hash >>> KEY_SHIFT;
    const kept = keptKeys[slot];
    if (kept !== undefined && kept.length === length) {
      let i = 0;
      while (i < length && kept.charCodeAt(i) === bytes[from + i]) i++;
      // a character of two bytes or more makes kept.length differ from length, so equal means ASCII and equal
      if (i === length) return kept;
    }
    const text = bytes.utf8Slice(from, until);
    if (text.length === length) keptKeys[slot] = text;
    return text;
  }

  bytes(end: number): Uint8Array {
    const until = this.message(end);
    const from = this.position;
    this.position = until;
    return new Uint8Array(this.#bytes.subarray(from, until));
  }

  /** `length` bytes as lower-case hex, or empty when the field has another length or all its bytes are zero. */
  id(end: number, length: number): string {
    const until = this.message(end);
    const from = this.position;
    this.position = until;
    if (until - from !== length) return '';
    const view = this.#view;
    for (let i = from; i < until; i += 4) {
      if (view.getUint32(i) !== 0) return this.#bytes.hexSlice(from, until);
    }
    return '';
  }

  skip(tag: number, end: number): void {
    switch (tag & 7) {
      case VARINT:
        this.#varint64();
        break;
      case FIXED64:
        this.#advance(8);
        break;
      case LEN:
        this.position = this.message(end);
        break;
      case FIXED32:
        this.#advance(4);
        break;
      default:
        throw new OtlpDecodeError(`no protobuf of OTLP: wire type ${tag & 7} at byte ${this.position - 1}`);
    }
  }

  #varint64(): void {
    const bytes = this.#bytes;
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      const byte = bytes[this.position++];
      if (byte === undefined) throw this.#cut();
      const bits = byte & 127;
      if (i < 4) low |= bits << (7 * i);
      else if (i === 4) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (7 * i - 32);
      if (byte < 128) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    throw new OtlpDecodeError(`a varint of more than 10 bytes ends at byte ${this.position}`);
  }

  #advance(count: number): number {
    const at = this.position;
    this.position = at + count;
    if (this.position > this.#bytes.length) throw this.#cut();
    return at;
  }

  #ascii(from: number, until: number): string | undefined {
    const bytes = this.#bytes;
    let text = '';
    for (let i = from; i < until; i++) {
      const byte = bytes[i] ?? 128;
      if (byte > 127) return undefined;
      text += characters[byte];
    }
    return text;
  }

  #cut(): OtlpDecodeError {
    return new OtlpDecodeError(
      `the payload is cut off or no protobuf: a field runs past the end of its message at byte ${this.position}`,
    );
  }
}

const characters = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
const keptKeys = new Array<string | undefined>(1 << KEY_BITS).fill(undefined);

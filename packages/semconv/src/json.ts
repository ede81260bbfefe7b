/**
 * JSON as telemetry carries it: in strings inside strings, with integers beyond what a double holds, nested without end.
 */

// Not in TypeScript's library yet; in Node since 22. https://github.com/tc39/proposal-json-parse-with-source
const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
};

/** Payloads nested deeper than this are treated as opaque text. */
export const MAX_DEPTH = 64;

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJSON(value);
}

/** True where the text can be nothing but a JSON object, array or string. */
export function looksLikeJson(text: string): boolean {
  let first = 0;
  while (text.charCodeAt(first) <= 0x20) first++;
  const code = text.charCodeAt(first);
  return code === 0x7b || code === 0x5b || code === 0x22;
}

/**
 * Parses an object, array or quoted string; undefined where the text is none. Integers that a double cannot hold keep
 * their digits (as raw JSON), so that two ids never become one.
 */
export function parseJson(text: string): unknown {
  if (!looksLikeJson(text) || (text.length > LARGE && nestsBeyond(MOST_NESTED, text))) return undefined;
  try {
    return hasLongInteger(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A text of this size may nest so deep that its values take forty times its memory. */
const LARGE = 64 * 1024;
const MOST_NESTED = 4 * MAX_DEPTH;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];

function nestsBeyond(most: number, text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x5b || code === 0x7b) {
      if (++depth > most) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
    else if (code === QUOTE) {
      for (i++; i < text.length && text.charCodeAt(i) !== QUOTE; i++) if (text.charCodeAt(i) === BACKSLASH) i++;
    }
  }
  return false;
}

// Sixteen digits in a row, as Number.MAX_SAFE_INTEGER has, include a position that is a multiple of sixteen
function hasLongInteger(text: string): boolean {
  for (let i = 15; i < text.length; i += 16) {
    if (!isDigit(text, i)) continue;
    let first = i;
    while (first > 0 && isDigit(text, first - 1)) first--;
    let behind = i + 1;
    while (isDigit(text, behind)) behind++;
    if (behind - first >= 16) return true;
  }
  return false;
}

function isDigit(text: string, position: number): boolean {
  const code = text.charCodeAt(position);
  return code >= 0x30 && code <= 0x39;
}

function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || context?.source === undefined) return value;
  return /^-?\d+$/.test(context.source) ? rawJSON(context.source) : value;
}

/** The value as JSON; the empty string where it has none or is nested too deep. */
export function toJson(value: unknown): string {
  try {
    return JSON.stringify(plain(value, 0)) ?? '';
  } catch {
    return '';
  }
}

/** Attribute values that JSON does not know become text: int64 its digits, bytes base64, NaN and infinities their names. */
export function plain(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case 'bigint':
      return value.toString();
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'object':
      break;
    default:
      return value;
  }
  if (value === null || isRawJSON(value)) return value;
  if (value instanceof Uint8Array) return base64(value);
  if (depth > MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  const copy: JsonObject = {};
  for (const key of Object.keys(value as object)) setKey(copy, key, plain((value as JsonObject)[key], depth + 1));
  return copy;
}

/** JSON with sorted keys and without white space: equal values give equal texts. Throws RangeError beyond MAX_DEPTH. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(isSorted(value, 0) ? value : sorted(value)) ?? 'null';
}

function isSorted(value: unknown, depth: number): boolean {
  if (depth > MAX_DEPTH) throw new RangeError(`JSON is nested deeper than ${MAX_DEPTH}`);
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'bigint') return false;
  if (typeof value !== 'object' || value === null || isRawJSON(value)) return true;
  if (value instanceof Uint8Array) return false;
  if (Array.isArray(value)) return value.every((item) => isSorted(item, depth + 1));
  let previous = '';
  for (const key of Object.keys(value)) {
    if (key < previous || !isSorted((value as JsonObject)[key], depth + 1)) return false;
    previous = key;
  }
  return true;
}

function sorted(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new RangeError(`JSON is nested deeper than ${MAX_DEPTH}`);
  if (Array.isArray(value)) return value.map((item) => sorted(item, depth + 1));
  if (!isObject(value) || value instanceof Uint8Array) return plain(value);
  const copy: JsonObject = {};
  for (const key of Object.keys(value).sort()) setKey(copy, key, sorted(value[key], depth + 1));
  return copy;
}

/** Sets an own property even where the key is `__proto__`. */
export function setKey(object: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += BASE64.charAt(group >> 18) + BASE64.charAt((group >> 12) & 63);
    text += i + 1 < bytes.length ? BASE64.charAt((group >> 6) & 63) : '=';
    text += i + 2 < bytes.length ? BASE64.charAt(group & 63) : '=';
  }
  return text;
}

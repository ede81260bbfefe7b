import { OtlpDecodeError } from './decode-error.ts';
import type { OtlpTime } from './model.ts';

export type JsonObject = Record<string, unknown>;

/**
 * Field `name` (lowerCamelCase, as OTLP/JSON has it; snake_case is taken too). null counts as absent, as in proto3's JSON.
 */
export function fieldOf(object: JsonObject, name: string): unknown {
  const value = object[name];
  if (value !== undefined && value !== null) return value;
  let snake = snakeNames.get(name);
  if (snake === undefined) {
    snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    snakeNames.set(name, snake);
  }
  return object[snake] ?? undefined;
}

/** Filled with the field names of OTLP only. */
const snakeNames = new Map<string, string>();

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectAt(value: unknown, path: string): JsonObject {
  if (isObject(value)) return value;
  throw new OtlpDecodeError(`${path} must be an object`);
}

/** The array in a field, empty when absent. Throws OtlpDecodeError when it is something else. */
export function arrayOf(object: JsonObject, name: string, path: string): unknown[] {
  const value = fieldOf(object, name);
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw new OtlpDecodeError(`${path}.${name} must be an array`);
}

export function stringOf(object: JsonObject, name: string, path: string): string {
  const value = fieldOf(object, name);
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  throw new OtlpDecodeError(`${path}.${name} must be a string`);
}

/** A uint32 as a number or a decimal string. */
export function uint32Of(object: JsonObject, name: string, path: string): number {
  const value = fieldOf(object, name);
  if (value === undefined) return 0;
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number < 2 ** 32) return number;
  throw new OtlpDecodeError(`${path}.${name} must be an unsigned 32-bit integer`);
}

/** An enum as its number, or by name as exporters outside the specification write it (`SPAN_KIND_CLIENT`). */
export function enumOf(object: JsonObject, name: string, names: readonly string[], path: string): number {
  const value = fieldOf(object, name);
  if (typeof value !== 'string') return uint32Of(object, name, path);
  const number = names.indexOf(value);
  return number >= 0 ? number : uint32Of(object, name, path);
}

/**
 * Nanoseconds since the epoch, a decimal string or a number (which JSON in JavaScript keeps to about 256 ns). Beyond the
 * year 2255 it stays there.
 */
export function timeOf(object: JsonObject, name: string, path: string): OtlpTime {
  const value = fieldOf(object, name);
  if (value === undefined) return { micros: 0, nanos: 0 };
  const digits = typeof value === 'number' && Number.isInteger(value) && value >= 0 ? BigInt(value).toString() : value;
  if (typeof digits !== 'string' || digits.length > 20 || !/^\d+$/.test(digits)) {
    throw new OtlpDecodeError(`${path}.${name} must be nanoseconds since 1970, as a decimal string`);
  }
  if (digits.length <= 3) return { micros: 0, nanos: Number(digits) };
  const micros = Number(digits.slice(0, -3));
  return micros > Number.MAX_SAFE_INTEGER
    ? { micros: Number.MAX_SAFE_INTEGER, nanos: 0 }
    : { micros, nanos: Number(digits.slice(-3)) };
}

/**
 * An id of `bytes` bytes as lower-case hex: hex in any case by the specification, base64 as exporters outside it write.
 * Empty when it is absent, has another length or is all zero. The lengths of the two forms never coincide.
 */
export function idOf(object: JsonObject, name: string, bytes: number): string {
  const value = fieldOf(object, name);
  if (typeof value !== 'string') return '';
  let hex = '';
  if (value.length === bytes * 2 && /^[0-9a-fA-F]+$/.test(value)) hex = value.toLowerCase();
  else if (value.length <= Math.ceil(bytes / 3) * 4 && /^[A-Za-z0-9+/_-]+={0,2}$/.test(value)) {
    const decoded = Buffer.from(value, 'base64');
    if (decoded.length === bytes) hex = decoded.toString('hex');
  }
  return /^0*$/.test(hex) ? '' : hex;
}

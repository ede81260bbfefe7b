import { newAttributes } from './attributes.ts';
import { OtlpDecodeError } from './decode-error.ts';
import { arrayOf, fieldOf, isObject, type JsonObject } from './json-fields.ts';
import { MAX_VALUE_DEPTH } from './limits.ts';
import type { Attributes, AttributeValue } from './model.ts';

/** An array of `{key, value}` as OTLP/JSON writes attributes. Of two values with one key, the last is taken. */
export function jsonAttributes(pairs: unknown[], path: string, depth = 0): Attributes {
  const attributes = newAttributes();
  for (const pair of pairs) {
    if (!isObject(pair)) throw new OtlpDecodeError(`${path} must hold objects of key and value`);
    const { key } = pair;
    if (key !== undefined && typeof key !== 'string') throw new OtlpDecodeError(`a key in ${path} must be a string`);
    attributes[key ?? ''] = anyValue(pair.value, path, depth);
  }
  return attributes;
}

function anyValue(value: unknown, path: string, depth: number): AttributeValue {
  if (value === undefined || value === null) return null;
  if (!isObject(value)) throw new OtlpDecodeError(`a value in ${path} must be an object such as {"stringValue": "…"}`);
  if (depth > MAX_VALUE_DEPTH) throw new OtlpDecodeError(`${path} is nested deeper than ${MAX_VALUE_DEPTH}`);
  const text = fieldOf(value, 'stringValue');
  if (typeof text === 'string') return text;
  const flag = fieldOf(value, 'boolValue');
  if (typeof flag === 'boolean') return flag;
  const integer = fieldOf(value, 'intValue');
  if (integer !== undefined) return int64(integer, path);
  const double = fieldOf(value, 'doubleValue');
  if (double !== undefined) return float(double, path);
  const array = fieldOf(value, 'arrayValue');
  if (isObject(array)) return arrayOf(array, 'values', path).map((each) => anyValue(each, path, depth + 1));
  const map = fieldOf(value, 'kvlistValue');
  if (isObject(map)) return jsonAttributes(arrayOf(map, 'values', path), path, depth + 1);
  const bytes = fieldOf(value, 'bytesValue');
  if (typeof bytes === 'string') return new Uint8Array(Buffer.from(bytes, 'base64'));
  return nothing(value, path);
}

/** null for a value of no kind we know, as protobuf would skip it; an error when the kind is known and its content is not. */
function nothing(value: JsonObject, path: string): null {
  for (const name of ['stringValue', 'boolValue', 'arrayValue', 'kvlistValue', 'bytesValue']) {
    if (fieldOf(value, name) !== undefined) throw new OtlpDecodeError(`${name} in ${path} has the wrong type`);
  }
  return null;
}

function int64(value: unknown, path: string): number | bigint {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  if (typeof value === 'string' && /^-?\d{1,19}$/.test(value)) {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number === 0 ? 0 : number;
    const exact = BigInt(value);
    if (BigInt.asIntN(64, exact) === exact) return exact;
  }
  throw new OtlpDecodeError(`intValue in ${path} must be a 64-bit integer`);
}

function float(value: unknown, path: string): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity') return Number.POSITIVE_INFINITY;
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  if (Number.isNaN(number)) throw new OtlpDecodeError(`doubleValue in ${path} must be a number`);
  return number;
}

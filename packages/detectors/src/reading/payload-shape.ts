import type { HandoffPayload } from './handoff-payload.ts';
import type { JsonObject } from './json-payload.ts';

export type FieldType = 'string' | 'number' | 'boolean' | 'object' | 'array' | 'null';

/** The fields of a payload by their types; an empty text counts as null. */
export type PayloadShape = Readonly<Record<string, FieldType>>;

const MOST_FIELDS = 32;
const LONGEST_NAME = 64;

export function fieldType(value: unknown): FieldType {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'string') return value.trim() === '' ? 'null' : 'string';
  if (typeof value === 'number' || typeof value === 'boolean') return typeof value as FieldType;
  return 'object';
}

export function shapeOf(fields: JsonObject): PayloadShape {
  const shape: Record<string, FieldType> = {};
  let left = MOST_FIELDS;
  for (const key in fields) {
    if (key.length > LONGEST_NAME || key === '__proto__') continue;
    if (left-- === 0) break;
    shape[key] = fieldType(fields[key]);
  }
  return shape;
}

/** The shape of each form of a payload. */
export const shapesOf = ({ forms }: HandoffPayload): PayloadShape[] => forms.map(shapeOf);

import { fieldName, isIdField } from './field-names.ts';
import { isJsonObject, type JsonObject } from './json-payload.ts';
import { type NormalValue, normalValue } from './normal-value.ts';

/** A scalar in a payload. */
export interface Leaf {
  /** As written, without positions in lists: `items[].price`. */
  path: string;
  /** Name of the field in one spelling; of an element of a list, the list's. */
  field: string;
  /** As written. */
  value: string | number | boolean | null;
  /** Undefined for null, nothing, and prose. */
  normal: NormalValue | undefined;
  /** Normal form of the id of the object it says something about; empty where that has none. */
  entity: string;
}

const MOST_LEAVES = 512;
const MOST_DEPTH = 12;

/** Ways to reach somebody name what is reached, and are properties of what has an id. */
const CONTACT = /(?:^|_)(?:emails?|email_address|phone)$/;

/** The normal form of what names an object: its `id`, else the first of its fields that is one. */
function idOf(object: JsonObject): string | undefined {
  let first: string | undefined;
  for (const key in object) {
    const value = object[key];
    if (typeof value !== 'string' && typeof value !== 'number') continue;
    const field = fieldName(key);
    if (CONTACT.test(field) || (field !== 'id' && (first !== undefined || !isIdField(field)))) continue;
    const id = normalValue(value)?.text;
    if (field === 'id' && id !== undefined) return id;
    first ??= id;
  }
  return first;
}

class Reader {
  readonly leaves: Leaf[] = [];
  isCut = false;

  read(value: unknown, path: string, field: string, entity: string, depth: number): void {
    if (this.leaves.length >= MOST_LEAVES || depth > MOST_DEPTH) {
      this.isCut = true;
      return;
    }
    if (Array.isArray(value)) {
      // What stands in a list says nothing of the object around it unless it is a plain value.
      for (const element of value) {
        this.read(element, `${path}[]`, field, isJsonObject(element) ? '' : entity, depth + 1);
      }
    } else if (isJsonObject(value)) {
      const own = depth === 0 && entity !== '' ? entity : (idOf(value) ?? entity);
      for (const key in value) {
        const inner = value[key];
        // Objects filed under their ids.
        const filed = isJsonObject(inner) ? normalValue(key) : undefined;
        const about = filed?.kind === 'identifier' ? filed.text : own;
        this.read(inner, path === '' ? key : `${path}.${key}`, fieldName(key), about, depth + 1);
      }
    } else if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      this.leaves.push({ path, field, value, normal: normalValue(value), entity });
    }
  }
}

export interface Leaves {
  leaves: Leaf[];
  /** There were more than 512, or deeper than 12 levels. */
  isCut: boolean;
}

/**
 * The scalars of a payload in order of writing, each with the object it says something about.
 *
 * @param entity normal form of the id of what the payload as a whole is about, where that stands elsewhere (as the arguments of the
 * call whose result it is); empty where unknown
 */
export function leavesOf(payload: unknown, entity = ''): Leaves {
  const reader = new Reader();
  reader.read(payload, '', '', entity, 0);
  return { leaves: reader.leaves, isCut: reader.isCut };
}

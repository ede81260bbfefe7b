import type avro from 'avsc';

/** Where a record that begins at `position` ends. Throws a RangeError, naming the byte, where the bytes are none. */
export type Walk = (bytes: Buffer, position: number) => number;

/**
 * A walk over records of a schema, without decoding them: every length stays within the bytes, every index within its
 * enum or union, every int within 32 bits, and the time taken is bounded by the number of bytes. avsc bounds none of it:
 * an array that says to have a thousand million elements makes it allocate them, and an int that it has read, it may
 * refuse to write.
 * Source of the format: Apache Avro 1.12 specification, “Binary Encoding”.
 */
export function walkOf(schema: avro.Schema): Walk {
  return walkIn(schema, new Map(), '');
}

/** The same, which lets no long pass that a JavaScript number does not hold. */
export function safeWalkOf(schema: avro.Schema): Walk {
  return walkIn(schema, new Map([['long', safeLong]]), '');
}

interface ComplexSchema {
  type: avro.Schema;
  name: string;
  namespace?: string;
  fields: { type: avro.Schema }[];
  symbols: string[];
  items: avro.Schema;
  values: avro.Schema;
  size: number;
}

function walkIn(schema: avro.Schema, named: Map<string, Walk>, namespace: string): Walk {
  if (Array.isArray(schema)) return union(schema.map((branch) => walkIn(branch, named, namespace)));
  if (typeof schema === 'string') return named.get(schema) ?? PRIMITIVES[schema] ?? reference(schema, named, namespace);
  const complex = schema as unknown as ComplexSchema;
  const inner = complex.namespace ?? namespace;
  const naming = (walk: Walk) => {
    named.set(qualified(complex.name, inner), walk);
    return walk;
  };
  switch (complex.type) {
    case 'record':
      return naming(record(complex.fields.map(({ type }) => walkIn(type, named, inner))));
    case 'enum':
      return naming((bytes, position) => {
        const index = readLong(bytes, position);
        if (index < 0 || index >= complex.symbols.length) throw fault('no symbol of its enum', position);
        return skipLong(bytes, position);
      });
    case 'fixed':
      return naming((bytes, position) => within(bytes, position, complex.size));
    case 'array':
      return array(walkIn(complex.items, named, inner));
    case 'map': {
      const value = walkIn(complex.values, named, inner);
      return array((bytes, position) => value(bytes, skipText(bytes, position)));
    }
    default:
      return walkIn(complex.type, named, inner);
  }
}

function reference(name: string, named: ReadonlyMap<string, Walk>, namespace: string): Walk {
  const walk = named.get(qualified(name, namespace));
  if (!walk) throw new TypeError(`the schema speaks of ${name}, which is no type defined before`);
  return walk;
}

function qualified(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

const PRIMITIVES: Readonly<Record<string, Walk>> = {
  null: (_, position) => position,
  boolean: (bytes, position) => {
    if (position >= bytes.length || (bytes[position] as number) > 1) throw fault('no boolean', position);
    return position + 1;
  },
  int: int32,
  long: skipLong,
  float: (bytes, position) => within(bytes, position, 4),
  double: (bytes, position) => within(bytes, position, 8),
  bytes: skipText,
  string: skipText,
};

function record(fields: readonly Walk[]): Walk {
  return (bytes, position) => {
    let end = position;
    for (const field of fields) {
      const byte = bytes[end] as number;
      // short texts and small numbers, most of what there is, without a call: half of the time
      if (field === skipText && byte < 0x80 && (byte & 1) === 0) end += 1 + (byte >> 1);
      else if (byte < 0x80 && (field === safeLong || field === skipLong || field === int32)) end++;
      else end = field(bytes, end);
    }
    if (end > bytes.length) throw fault('cut off', position);
    return end;
  };
}

function union(branches: readonly Walk[]): Walk {
  return (bytes, position) => {
    const branch = branches[readLong(bytes, position)];
    if (!branch) throw fault('no branch of its union', position);
    return branch(bytes, skipLong(bytes, position));
  };
}

function array(item: Walk): Walk {
  return (bytes, position) => {
    let end = position;
    for (;;) {
      const count = readLong(bytes, end);
      const start = end;
      end = skipLong(bytes, end);
      if (count === 0) return end;
      let stated: number | undefined;
      if (count < 0) {
        const size = readLong(bytes, end);
        end = skipLong(bytes, end);
        stated = end + size;
      }
      for (let left = Math.abs(count); left > 0; left--) {
        const before = end;
        end = item(bytes, end);
        // or a few bytes could ask for any amount of work
        if (end === before) throw fault('elements of no bytes', before);
      }
      if (stated !== undefined && stated !== end) throw fault('elements that end elsewhere than stated', start);
    }
  };
}

function skipText(bytes: Buffer, position: number): number {
  const length = readLong(bytes, position);
  if (length < 0) throw fault('a negative length', position);
  return within(bytes, skipLong(bytes, position), length);
}

function within(bytes: Buffer, position: number, length: number): number {
  const end = position + length;
  if (end > bytes.length) throw fault(`${length} bytes where ${bytes.length - position} are left`, position);
  return end;
}

/** After a variable-length integer of 64 bits. */
function skipLong(bytes: Buffer, position: number): number {
  for (let end = position; end < position + 10; end++) {
    const byte = bytes[end];
    if (byte === undefined) throw fault('cut off', position);
    if (byte < 0x80) return end + 1;
  }
  throw fault('an integer of more than ten bytes', position);
}

/** Of up to four bytes every value is one. */
function int32(bytes: Buffer, position: number): number {
  const end = skipLong(bytes, position);
  if (end - position > 4) {
    const value = readLong(bytes, position);
    if (value < -(2 ** 31) || value >= 2 ** 31) throw fault('an int beyond 32 bits', position);
  }
  return end;
}

/** Of up to seven bytes every value is one. */
function safeLong(bytes: Buffer, position: number): number {
  const end = skipLong(bytes, position);
  if (end - position > 7 && !isSafe(readLong(bytes, position))) throw fault('an integer beyond 2^53', position);
  return end;
}

/** As avsc has it. */
const isSafe = (value: number): boolean => value > -Number.MAX_SAFE_INTEGER && value < Number.MAX_SAFE_INTEGER;

/** Its value; not exact beyond 2^53, where it is used for nothing but to be refused. */
function readLong(bytes: Buffer, position: number): number {
  const first = bytes[position];
  if (first !== undefined && first < 0x80) return (first >>> 1) ^ -(first & 1);
  const end = skipLong(bytes, position);
  let value = 0;
  for (let at = end - 1; at >= position; at--) value = value * 128 + ((bytes[at] as number) & 0x7f);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function fault(what: string, position: number): RangeError {
  return new RangeError(`${what}, at byte ${position}`);
}

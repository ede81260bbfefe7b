import type avro from 'avsc';
import fc from 'fast-check';

interface ComplexSchema {
  type: avro.Schema;
  name: string;
  fields: { name: string; type: avro.Schema }[];
  symbols: string[];
  items: avro.Schema;
}

/** avsc takes longs below 2^53 - 1, and writes negative ones exactly to 2^52. */
const LARGEST = Number.MAX_SAFE_INTEGER - 1;
const LEAST = -(2 ** 52);

/** Any value of an Avro schema, as avsc has it; of the types that our schemas use. */
export function arbitraryOf(schema: avro.Schema): fc.Arbitrary<unknown> {
  return arbitraryIn(schema, new Map());
}

/** @param named what was defined before, by its bare name */
function arbitraryIn(schema: avro.Schema, named: Map<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  if (Array.isArray(schema)) return fc.oneof(...schema.map((branch) => arbitraryIn(branch, named)));
  if (typeof schema === 'string') return named.get(schema) ?? primitive(schema);
  const { type, name, fields, symbols, items } = schema as unknown as ComplexSchema;
  const naming = (arbitrary: fc.Arbitrary<unknown>) => {
    named.set(name, arbitrary);
    return arbitrary;
  };
  switch (type) {
    case 'record':
      return naming(fc.record(Object.fromEntries(fields.map((field) => [field.name, arbitraryIn(field.type, named)]))));
    case 'enum':
      return naming(fc.constantFrom(...symbols));
    case 'array':
      return fc.array(arbitraryIn(items, named), { maxLength: 3 });
    default:
      return arbitraryIn(type, named);
  }
}

function primitive(type: string): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'int':
      return fc.integer();
    case 'long':
      return fc.oneof(fc.nat(200), fc.integer({ min: LEAST, max: LARGEST }));
    case 'double':
      return fc.double({ noNaN: true });
    case 'string':
      return fc.string({ unit: 'grapheme', maxLength: 80 });
    case 'bytes':
      return fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
    default:
      throw new TypeError(`no arbitrary for ${type}: write one`);
  }
}

/**
 * Writes `generated/records.ts`, the TypeScript types of all Avro schemas, and `generated/lazy-span.ts`.
 * `--check` writes nothing and fails when a committed file is not what the schemas say.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type AvroRecordSchema, readAvroFiles } from './avro-files.ts';
import { generateLazySpan } from './generate-lazy-span.ts';

const primitives: Record<string, string> = {
  string: 'string',
  int: 'number',
  long: 'number',
  double: 'number',
  boolean: 'boolean',
  bytes: 'Buffer',
  null: 'null',
};

/** TypeScript source for the given schemas; a named type that occurs in several files is written once. */
export function generateTypes(schemas: Iterable<AvroRecordSchema>): string {
  const written = new Map<string, string>();
  const typeOf = (schema: unknown): string => {
    if (typeof schema === 'string') return primitives[schema] ?? schema;
    if (Array.isArray(schema)) return schema.map(typeOf).join(' | ');
    const named = schema as { type: string; name: string; items?: unknown; symbols?: string[] };
    if (named.type === 'array') return `${wrap(typeOf(named.items))}[]`;
    if (named.type === 'enum') {
      written.set(
        named.name,
        `export type ${named.name} = ${(named.symbols ?? []).map((s) => `'${s}'`).join(' | ')};\n`,
      );
      return named.name;
    }
    if (named.type === 'record') return record(schema as AvroRecordSchema);
    return typeOf(named.type);
  };
  const record = (schema: AvroRecordSchema): string => {
    const fields = schema.fields.map((f) => `  /** ${f.doc} */\n  ${f.name}: ${typeOf(f.type)};\n`).join('');
    const doc = schema.doc ? `/** ${schema.doc} */\n` : '';
    written.set(schema.name, `${doc}export interface ${schema.name} {\n${fields}}\n`);
    return schema.name;
  };
  for (const schema of schemas) record(schema);
  const head = '// Generated from schemas/avro by `npm run generate -w schemas`. Do not edit.\n';
  return `${head}\n${[...written.values()].join('\n')}`;
}

function wrap(type: string): string {
  return type.includes('|') ? `(${type})` : type;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { check: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) {
    console.log('Writes schemas/src/generated from schemas/avro. --check: only compares, exits 1 on a difference.');
    process.exit(0);
  }
  const schemas = readAvroFiles();
  const sources = {
    'records.ts': generateTypes(schemas.values()),
    'lazy-span.ts': generateLazySpan(schemas.get('span') as AvroRecordSchema),
  };
  for (const [file, source] of Object.entries(sources)) {
    const target = new URL(`./generated/${file}`, import.meta.url);
    if (!values.check) writeFileSync(target, source);
    else if (readFileSync(target, 'utf8') !== source) {
      console.error(
        `schemas/src/generated/${file} is stale: run \`npm run generate -w schemas\` and commit the result.`,
      );
      process.exit(1);
    }
  }
}

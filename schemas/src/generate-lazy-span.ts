import type { AvroField, AvroRecordSchema } from './avro-files.ts';

/** What a span is known by before it is looked at: read at once. */
const AT_ONCE = ['tenant', 'traceId', 'spanId', 'startTime', 'durationNs'];

/** Texts that are the same on many spans. */
const NAMES = new Set(
  (
    'tenant traceState name originalTimes errorType release environment workflow service agent tool model provider finishReason ' +
    'toolDefinitionsDigest handoffFrom handoffTo memoryStore convention scopeName scopeVersion resource statusMessage'
  ).split(' '),
);

const symbolsOf = (name: string): string => `${name[0]?.toLowerCase()}${name.slice(1)}Symbols`;

/** TypeScript source of a span whose fields are read from the bytes of a block when one of them is asked for. */
export function generateLazySpan({ fields }: AvroRecordSchema): string {
  const enums: string[] = [];
  const types: string[] = [];
  const reading = (type: unknown, field: string): string => {
    if (type === 'string') return NAMES.has(field) ? 'r.name()' : 'r.text()';
    if (type === 'int') return 'r.long()';
    if (typeof type === 'string') return `r.${type}()`;
    if (Array.isArray(type)) return `r.long() === 0 ? null : ${reading(type[1], field)}`;
    const named = type as { type: string; name: string; symbols: string[]; items: AvroRecordSchema };
    if (named.type === 'enum') {
      enums.push(
        `const ${symbolsOf(named.name)}: readonly ${named.name}[] = [${named.symbols.map((s) => `'${s}'`).join(', ')}];`,
      );
      types.push(named.name);
      return `${symbolsOf(named.name)}[r.long()] as ${named.name}`;
    }
    if (named.type === 'array') return `r.array(() => ({ ${readings(named.items.fields).join(', ')} }))`;
    return reading(named.type, field);
  };
  const readings = (of: readonly AvroField[]): string[] =>
    of.map(({ name, type }) => `${name}: ${reading(type, name)}`);
  const all = readings(fields).map((line) => `    ${line},`);
  const last = Math.max(...AT_ONCE.map((name) => fields.findIndex((field) => field.name === name)));
  const first = fields.slice(0, last + 1).map(({ name, type }) => {
    if (AT_ONCE.includes(name)) return `    this.${name} = ${reading(type, name)};`;
    return type === 'string' ? '    r.skipText();' : '    r.long();';
  });
  const getters = fields
    .filter(({ name }) => !AT_ONCE.includes(name))
    .map(({ name }) => `  get ${name}(): Span['${name}'] {\n    return (this.#all ?? this.#read()).${name};\n  }`);
  return `// Generated from schemas/avro/span.avsc by \`npm run generate -w schemas\`. Do not edit.

import { AvroReader } from '../avro-reader.ts';
import type { Span, ${[...new Set(types)].sort().join(', ')} } from './records.ts';

${[...new Set(enums)].join('\n')}

const r = new AvroReader();

function readSpan(): Span {
  return {
${all.join('\n')}
  };
}

/** A span in a block that was walked: what it is not asked for stays bytes. */
export class LazySpan implements Span {
${AT_ONCE.map((name) => `  readonly ${name}: Span['${name}'];`).join('\n')}
  readonly #block: Buffer;
  readonly #position: number;
  #all: Span | undefined;

  constructor(block: Buffer, position: number) {
    this.#block = block;
    this.#position = position;
    r.seek(block, position);
${first.join('\n')}
  }

${getters.join('\n\n')}

  /** Where its bytes begin. */
  get place(): { block: Buffer; position: number } {
    return { block: this.#block, position: this.#position };
  }

  /** Is bytes again, until it is asked anew. */
  forget(): void {
    this.#all = undefined;
  }

  #read(): Span {
    r.seek(this.#block, this.#position);
    this.#all = readSpan();
    return this.#all;
  }
}
`;
}

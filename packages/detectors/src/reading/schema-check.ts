import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { isQuickPattern, QUICK_TEXT } from './quick-pattern.ts';

/** One way in which a value breaks its schema. */
export interface SchemaBreak {
  /** JSON pointer into the value; empty for the whole. */
  path: string;
  /** The JSON Schema keyword that is broken. */
  keyword: string;
  message: string;
  /** Most tools cope with it: a number as text, a property too many. */
  lenient: boolean;
}

const MOST_BREAKS = 8;
const DRAFT_2020 = /"(?:prefixItems|dependent(?:Required|Schemas)|unevaluated(?:Properties|Items)|\$dynamicRef)"/;

/** Schemas come from the agents observed: a pattern that could hang us is not tested. */
const boundedRegExp = Object.assign(
  (pattern: string, flags: string) => {
    if (!isQuickPattern(pattern)) return { test: () => true };
    const compiled = new RegExp(pattern, flags);
    return { test: (text: string) => text.length > QUICK_TEXT || compiled.test(text) };
  },
  { code: 'boundedRegExp' },
);

const OPTIONS: Options = {
  strict: false,
  allErrors: true,
  verbose: true,
  validateSchema: false,
  validateFormats: false,
  addUsedSchema: false,
  logger: false,
  code: { regExp: boundedRegExp },
};

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Type names in lower case (Gemini writes `STRING`), without the schema's own names, which must not meet. */
function plain(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plain);
  if (!isObject(schema)) return schema;
  const copy: Json = {};
  for (const [key, value] of Object.entries(schema)) {
    if ((key === '$schema' || key === '$id' || key === 'id') && typeof value === 'string') continue;
    copy[key] = key === 'type' && typeof value === 'string' ? value.toLowerCase() : plain(value);
  }
  return copy;
}

/** How a value breaks a schema; nothing where it does not, or where the schema itself is none. */
export type SchemaCheck = (value: unknown) => SchemaBreak[];

const holds: SchemaCheck = () => [];

/**
 * A check against a JSON Schema of drafts 6 to 2020-12. A schema that cannot be understood, or that refers to another
 * document, holds for everything.
 */
export function schemaCheck(schema: unknown): SchemaCheck {
  if (!isObject(schema)) return holds;
  let validate: ValidateFunction;
  try {
    validate = compiled(schema, OPTIONS);
  } catch {
    return holds;
  }
  return (value) => {
    if (validate(value)) return [];
    const breaks: SchemaBreak[] = [];
    for (const error of validate.errors ?? []) {
      if (breaks.length < MOST_BREAKS && !isLawfulNull(error, schema)) breaks.push(breakOf(error));
    }
    // One of several alternatives failed with what is listed already: what it asked for is no break of its own.
    const own = breaks.filter(({ keyword }) => keyword !== 'anyOf' && keyword !== 'oneOf' && keyword !== 'if');
    return own.length > 0 ? own : breaks;
  };
}

function compiled(schema: Json, options: Options): ValidateFunction {
  const ajv = DRAFT_2020.test(JSON.stringify(schema)) ? new Ajv2020(options) : new Ajv(options);
  return ajv.compile(plain(schema) as Json);
}

/** Why a schema that somebody declares cannot be understood; undefined where it can. */
export function schemaProblem(schema: unknown): string | undefined {
  if (!isObject(schema)) return 'a JSON Schema is an object';
  try {
    compiled(schema, { ...OPTIONS, validateSchema: true });
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}

/** Models write null for an optional property that they leave out. */
function isLawfulNull(error: ErrorObject, schema: Json): boolean {
  if (error.data !== null || error.instancePath === '') return false;
  const [property = '', ...deeper] = error.instancePath.slice(1).split('/');
  return deeper.length > 0 || !Array.isArray(schema.required) || !schema.required.includes(property);
}

function breakOf(error: ErrorObject): SchemaBreak {
  const named = error.params.additionalProperty ?? error.params.unevaluatedProperty;
  const message = `${error.message ?? error.keyword}${named === undefined ? '' : ` ('${named}')`}`;
  return { path: error.instancePath, keyword: error.keyword, message, lenient: isLenient(error) };
}

function isLenient({ keyword, params, data }: ErrorObject): boolean {
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') return true;
  if (keyword !== 'type') return false;
  const types = [params.type].flat();
  if (types.includes('string')) return typeof data === 'number' || typeof data === 'boolean';
  if (typeof data !== 'string' || data.trim() === '') return false;
  if (types.includes('boolean')) return /^(?:true|false)$/i.test(data);
  return (types.includes('number') || types.includes('integer')) && Number.isFinite(Number(data));
}

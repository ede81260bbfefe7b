/** The form of answer that a request asked the model for. */
export interface PromisedFormat {
  /** The JSON Schema of the answer, where the request carried one. */
  schema: unknown;
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An attribute's value, which instrumentations write as structure or as JSON text. */
function structured(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[{[]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** Attributes that hold a whole request's parameters. */
const PARAMETERS = ['llm.invocation_parameters', 'gen_ai.request.parameters', 'model_request_parameters'];
/** Of pydantic-ai's: in the others the object is the arguments of a tool. */
const MODES_OF_TEXT = ['native', 'prompted'];
const FORMATS = [
  'gen_ai.output.type',
  'gen_ai.request.response_format',
  'gen_ai.openai.request.response_format',
  'openai.request.response_format',
  'llm.response_format',
];
const SCHEMAS = ['gen_ai.request.structured_output_schema', 'ai.schema'];

/** `"json_object"`, `{type: "json_schema", json_schema: {schema}}`, `{format: {…}}` and their relatives. */
function formatOf(value: unknown): PromisedFormat | undefined {
  const format = structured(value);
  if (typeof format === 'string') {
    return /^(?:json|json_object|json_schema|application\/json)$/i.test(format) ? { schema: undefined } : undefined;
  }
  if (!isObject(format)) return undefined;
  if (isObject(format.format)) return formatOf(format.format);
  if (typeof format.type !== 'string' || formatOf(format.type) === undefined) return undefined;
  const declared = isObject(format.json_schema) ? format.json_schema.schema : format.schema;
  return { schema: structured(declared) };
}

/**
 * Whether an inference's request promised JSON.
 *
 * @param attributes JSON text as on the Span
 */
export function promisedFormat(attributes: string): PromisedFormat | undefined {
  if (!/json|schema/i.test(attributes)) return undefined;
  const all = structured(attributes);
  if (!isObject(all)) return undefined;
  for (const name of SCHEMAS) {
    const schema = structured(all[name]);
    if (isObject(schema)) return { schema };
  }
  const given = FORMATS.map((name) => all[name]);
  for (const name of PARAMETERS) {
    const parameters = structured(all[name]);
    if (!isObject(parameters)) continue;
    given.push(parameters.response_format, parameters.text, parameters.response_mime_type);
    if (isObject(parameters.response_schema)) return { schema: parameters.response_schema };
    const { output_mode: mode, output_object: object } = parameters;
    if (MODES_OF_TEXT.includes(String(mode)) && isObject(object)) return { schema: structured(object.json_schema) };
  }
  for (const value of given) {
    const format = formatOf(value);
    if (format) return format;
  }
  return undefined;
}

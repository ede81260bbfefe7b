import { digest64 } from './digest.ts';
import { isObject, type JsonObject, parseJson, toJson } from './json.ts';

export interface ToolDefinition {
  name: string;
  description?: string;
  /** JSON Schema of the arguments */
  parameters?: unknown;
}

export interface ReadDefinitions {
  /** JSON array of `ToolDefinition`; empty where no tools are offered */
  text: string;
  /** Over the whole text */
  digest: string;
}

const NONE: ReadDefinitions = { text: '', digest: '' };

/** Agents offer the same tools at every inference: what was read is kept for the last texts. */
const REMEMBERED = 128;
const REMEMBERED_LENGTH = 64 * 1024;
const remembered = new Map<string, ReadDefinitions>();

/**
 * Offered tools as `[{name, description?, parameters?}]`, from any form: a JSON string, a list of JSON strings, OpenAI's
 * `{function: {…}}`, `inputSchema` (MCP, Vercel), `input_schema` (Anthropic), Bedrock's `toolSpec`, Gemini's
 * `functionDeclarations`, OpenInference's and Traceloop's spelt-out lists, names only.
 */
export function toolDefinitions(sent: unknown): ReadDefinitions {
  if (typeof sent !== 'string') return read(sent);
  const known = remembered.get(sent);
  if (known) return known;
  const definitions = read(sent);
  if (sent.length <= REMEMBERED_LENGTH) {
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(sent, definitions);
  }
  return definitions;
}

function read(sent: unknown): ReadDefinitions {
  const tools = listOfTools(sent, 0);
  const text = tools.length === 0 ? '' : toJson(tools);
  return text === '' ? NONE : { text, digest: digest64(text) };
}

function listOfTools(value: unknown, depth: number): ToolDefinition[] {
  if (depth > 4 || value === null || value === undefined) return [];
  if (typeof value === 'string') {
    const parsed = parseJson(value);
    if (parsed !== undefined && typeof parsed !== 'string') return listOfTools(parsed, depth + 1);
    return value
      .split(',')
      .map((name) => ({ name: name.trim() }))
      .filter(({ name }) => name !== '');
  }
  if (Array.isArray(value)) return value.flatMap((item) => listOfTools(item, depth + 1));
  if (!isObject(value)) return [];
  const inner =
    value.tools ?? value.function_tools ?? value.functionDeclarations ?? value.function_declarations ?? value.functions;
  if (Array.isArray(inner) && typeof value.name !== 'string') return listOfTools(inner, depth + 1);
  const definition = definitionOf(value);
  if (definition) return [definition];
  // `{get_order: {description, parameters}}`
  return Object.entries(value).flatMap(([name, body]) =>
    isObject(body) && hasSchema(body) ? (definitionOf({ name, ...body }) ?? []) : [],
  );
}

function definitionOf(value: JsonObject): ToolDefinition | undefined {
  const wrapped = value.tool ?? value.function ?? value.toolSpec;
  if (isObject(wrapped)) return definitionOf(wrapped);
  if (value.json_schema !== undefined) return definitionOfSchema(value);
  if (typeof value.name !== 'string') return undefined;
  const description = value.description;
  const parameters = schemaOf(value);
  return {
    name: value.name,
    ...(typeof description === 'string' && description !== '' ? { description } : {}),
    ...(parameters === undefined || parameters === null ? {} : { parameters }),
  };
}

/** OpenInference puts a provider's whole definition there, or the bare schema beside the tool's name or with a title. */
function definitionOfSchema({ json_schema: sent, name, description }: JsonObject): ToolDefinition | undefined {
  const schema = typeof sent === 'string' ? parseJson(sent) : sent;
  if (!isObject(schema)) return undefined;
  return definitionOf(schema) ?? definitionOf({ name: name ?? schema.title, description, parameters: schema });
}

function schemaOf(value: JsonObject): unknown {
  const schema =
    value.parameters ??
    value.inputSchema ??
    value.input_schema ??
    value.parameters_json_schema ??
    value.parametersJsonSchema ??
    value.args_schema ??
    value.arguments;
  const parsed = typeof schema === 'string' ? parseJson(schema) : schema;
  return isObject(parsed) && isObject(parsed.json) ? parsed.json : parsed;
}

function hasSchema(value: JsonObject): boolean {
  return schemaOf(value) !== undefined || typeof value.description === 'string';
}

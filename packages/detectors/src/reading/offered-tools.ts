import { isJsonObject } from './json-payload.ts';
import { type SchemaCheck, schemaCheck } from './schema-check.ts';

/** The tools that a model was offered. */
export interface OfferedTools {
  names: readonly string[];
  /** No definition lacks its name. */
  isComplete: boolean;
  /** Whether a tool of this name was offered; true where the list cannot tell (a provider's own tool without a name). */
  has(name: string): boolean;
  /** Breaks of the tool's declared schema; none for a tool that declares no schema. */
  check(name: string, args: unknown): ReturnType<SchemaCheck>;
  /** The schema that a tool declares for its arguments, where it says which of them are required. */
  declared(name: string): DeclaredFields | undefined;
}

/** Names of arguments. */
export interface DeclaredFields {
  required: readonly string[];
  optional: readonly string[];
}

function declaredIn(parameters: unknown): DeclaredFields | undefined {
  if (!isJsonObject(parameters) || !Array.isArray(parameters.required)) return undefined;
  const required = parameters.required.filter((name) => typeof name === 'string');
  const { properties } = parameters;
  const names = isJsonObject(properties) ? Object.keys(properties) : [];
  return { required, optional: names.filter((name) => !required.includes(name)) };
}

interface Definition {
  name: string;
  parameters: unknown;
}

/** The bare name: `functions.search`, `mcp__docs__search` and `search` are one tool under several roofs. */
export const bareName = (name: string): string =>
  name.slice(Math.max(...['.', '/', ':', '__'].map((s) => endOfLast(name, s))));

function endOfLast(text: string, separator: string): number {
  const at = text.lastIndexOf(separator);
  return at < 0 ? 0 : at + separator.length;
}

function parse(definitions: string): unknown {
  try {
    return JSON.parse(definitions);
  } catch {
    return undefined;
  }
}

/** Undefined where the text is no list of definitions, or an empty one: then it is not known what was offered. */
function offeredTools(definitions: string): OfferedTools | undefined {
  const list = parse(definitions);
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const named: Definition[] = [];
  for (const item of list) if (typeof item?.name === 'string' && item.name !== '') named.push(item);
  const isComplete = named.length === list.length;
  const byName = new Map(named.map((item) => [item.name, item]));
  const bare = new Set(named.map((item) => bareName(item.name)));
  const checks = new Map<string, SchemaCheck>();
  return {
    names: [...byName.keys()],
    isComplete,
    has: (name) => !isComplete || byName.has(name) || bare.has(bareName(name)),
    check(name, args) {
      let check = checks.get(name);
      if (!check) {
        check = schemaCheck(byName.get(name)?.parameters);
        checks.set(name, check);
      }
      return check(args);
    },
    declared: (name) => declaredIn(byName.get(name)?.parameters),
  };
}

/** Parsed definitions by their digest. A memory only: what it answers is a function of the definitions. */
export class OfferedToolsCache {
  readonly #byDigest = new Map<string, OfferedTools | undefined>();
  readonly #most: number;

  constructor(most = 256) {
    this.#most = most;
  }

  /** @param digest of `definitions`; without one nothing is kept */
  get(definitions: string, digest: string): OfferedTools | undefined {
    if (digest === '') return offeredTools(definitions);
    const isKnown = this.#byDigest.has(digest);
    const tools = isKnown ? this.#byDigest.get(digest) : offeredTools(definitions);
    // The one used last stands last: the first is forgotten.
    this.#byDigest.delete(digest);
    this.#byDigest.set(digest, tools);
    if (this.#byDigest.size > this.#most) this.#byDigest.delete(this.#byDigest.keys().next().value ?? '');
    return tools;
  }
}

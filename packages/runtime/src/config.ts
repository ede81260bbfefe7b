import type { z } from 'zod';

/** One setting of a service: where it comes from, what it may be, what it means. */
export interface ConfigField<T = unknown> {
  /** Name of the environment variable */
  env: string;
  /** From the variable's text (undefined when unset) to the value; carries the default. */
  schema: z.ZodType<T>;
  /** One sentence for `--help`. */
  doc: string;
  /** Its value is never printed. */
  secret?: boolean;
}

export type ConfigShape = Record<string, ConfigField>;

export interface ConfigSpec<S extends ConfigShape = ConfigShape> {
  /** The service's verb (`ingest`): its own variables are named `SPANWISE_INGEST_…`. */
  service: string;
  shape: S;
}

export type ConfigOf<S extends ConfigShape> = { readonly [K in keyof S]: z.output<S[K]['schema']> };

/** The environment does not describe a configuration; `message` lists every problem, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(service: string, problems: readonly string[]) {
    super(`${service} cannot start, its configuration is wrong:\n${problems.map((line) => `  ${line}`).join('\n')}`);
    this.problems = problems;
  }
}

/**
 * Reads the configuration of a service from environment variables into a frozen object.
 *
 * @param onWarning is told about variables that carry the service's prefix but mean nothing to it (a typing error, mostly)
 * @throws ConfigError that names every wrong variable at once
 */
export function loadConfig<S extends ConfigShape>(
  spec: ConfigSpec<S>,
  env: NodeJS.ProcessEnv = process.env,
  onWarning: (line: string) => void = () => {},
): ConfigOf<S> {
  const problems: string[] = [];
  const config: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(spec.shape)) {
    const given = env[field.env];
    const result = field.schema.safeParse(given);
    if (result.success) config[key] = result.data;
    else problems.push(problem(field, given, result.error));
  }
  for (const name of unknownVariables(spec, env)) {
    onWarning(`${name} is set, but ${spec.service} has no such setting; see --help`);
  }
  if (problems.length > 0) throw new ConfigError(spec.service, problems);
  return Object.freeze(config) as ConfigOf<S>;
}

function problem(field: ConfigField, given: string | undefined, error: z.ZodError): string {
  if (given === undefined) return `${field.env}: must be set. ${field.doc}`;
  const expected = error.issues.map((issue) => issue.message).join('; ');
  return `${field.env}: ${expected}${field.secret ? '' : `, got '${given}'`}`;
}

function unknownVariables(spec: ConfigSpec, env: NodeJS.ProcessEnv): string[] {
  const prefix = `SPANWISE_${spec.service.toUpperCase().replaceAll('-', '_')}_`;
  const known = new Set(Object.values(spec.shape).map((field) => field.env));
  return Object.keys(env).filter((name) => name.startsWith(prefix) && !known.has(name));
}

/** The text of `--help`: every variable, its default and what it means. */
export function describeConfig(spec: ConfigSpec): string {
  const entries = Object.values(spec.shape).map(
    (field) => `  ${field.env}  (${defaultOf(field)})\n      ${field.doc}\n`,
  );
  return `${spec.service} is configured by environment variables:\n\n${entries.join('')}`;
}

function defaultOf(field: ConfigField): string {
  const stated = field.schema.meta()?.defaultText;
  if (typeof stated === 'string') return stated === '' ? 'empty by default' : `default ${stated}`;
  const result = field.schema.safeParse(undefined);
  if (!result.success) return 'required';
  return result.data === undefined ? 'unset by default' : `default ${String(result.data)}`;
}

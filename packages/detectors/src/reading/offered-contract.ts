import type { ContractBreak } from './handoff-contract.ts';
import { isJsonObject, jsonPayload } from './json-payload.ts';
import type { OfferedTools } from './offered-tools.ts';

/** What the tool that hands over asks for by its own schema, held against a call of it. Plain JSON. */
export interface OfferedContract {
  breaks: ContractBreak[];
  /** Arguments that may be left out. */
  optional: string[];
}

const MOST_BREAKS = 8;
const MOST_OPTIONAL = 16;

/**
 * Required arguments that are missing, and arguments of another type. Undefined where the tool was not offered with a schema that says what
 * is required, or the arguments do not parse. An empty text is no break: where a provider has every argument required, models
 * write it for one that they leave out.
 */
export function offeredContract(offered: OfferedTools, tool: string, given: unknown): OfferedContract | undefined {
  const declared = offered.declared(tool);
  const args = typeof given === 'string' ? jsonPayload(given) : given;
  if (!declared || !isJsonObject(args)) return undefined;
  const breaks: ContractBreak[] = declared.required
    .filter((field) => !(field in args))
    .map((field) => ({ field, problem: 'missing', rule: 'is required', lenient: false }));
  for (const { path, keyword, message, lenient } of offered.check(tool, args)) {
    if (keyword !== 'type' || path.lastIndexOf('/') !== 0) continue;
    const field = path.slice(1);
    const problem = args[field] === null ? 'empty' : 'type';
    breaks.push({ field, problem, rule: message, lenient });
  }
  return { breaks: breaks.slice(0, MOST_BREAKS), optional: declared.optional.slice(0, MOST_OPTIONAL) };
}

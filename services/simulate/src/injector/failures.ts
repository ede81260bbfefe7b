import { specOf } from '../plan/script.ts';
import type { CallSite } from '../plan/sites.ts';
import type { Failure, ToolStep } from '../plan/step.ts';
import type { Random } from '../random.ts';

/** A failure that is the service's fault, as a status tells it. */
export function serviceFailure(tool: string, random: Random): Failure {
  return random.pick<Failure>([
    { type: 'HTTPError', message: `HTTP 503 Service Unavailable: ${tool} is overloaded` },
    { type: 'TimeoutError', message: `${tool} timed out after ${random.integer(2, 30)} s` },
    { type: 'ConnectionResetError', message: 'connection reset by peer' },
    { type: 'RateLimitError', message: 'HTTP 429 Too Many Requests, retry later' },
    { type: 'InternalError', message: `internal server error (request ${random.hex(8)})` },
  ]);
}

/** Lets a call fail by its service. */
export function failByService(tool: ToolStep, failure: Failure): void {
  tool.failure = failure;
  tool.httpStatus = failure.type === 'RateLimitError' ? 429 : failure.type === 'InternalError' ? 500 : 503;
}

/** What an agent says when it gives up. */
export function apology(tool: string, random: Random): string {
  const what = tool.replaceAll('_', ' ');
  return random.pick([
    `I am sorry, I could not finish this: ${what} failed. Please try again later.`,
    `Unfortunately ${what} is not available right now, so I was unable to complete your request.`,
    `I was not able to do that, because ${what} returned an error.`,
  ]);
}

/** One word, with two different characters next to each other in it. */
const CAN_BE_MISSPELT = /^(\S*?)(?!(\S)\2)(\S)(\S)(\S{0,3})$/;

/** A call's arguments with two neighbouring characters of a required word swapped; undefined where it has no such word. */
export function wrongArgument(site: CallSite): { key: string; arguments: Record<string, unknown> } | undefined {
  const given = site.tool.arguments as Record<string, unknown>;
  const spec = specOf(site.owner.agent, site.tool.tool);
  const key = spec?.parameters.required.find(
    (name) => isMisspellable(given[name]) && !hasEnum(spec.parameters.properties[name]),
  );
  if (key === undefined) return undefined;
  const wrong = String(given[key]).replace(CAN_BE_MISSPELT, '$1$4$3$5');
  return { key, arguments: { ...given, [key]: wrong } };
}

const isMisspellable = (value: unknown): boolean => typeof value === 'string' && CAN_BE_MISSPELT.test(value);

export const hasEnum = (property: unknown): boolean =>
  typeof property === 'object' && property !== null && 'enum' in property;

import type { Span } from '@spanwise/schemas';
import { Concept } from './concept.ts';
import { isObject, type JsonObject, parseJson } from './json.ts';
import type { Values } from './values.ts';

export type Usage = Pick<Span, 'inputTokens' | 'outputTokens' | 'cacheReadTokens' | 'cacheWriteTokens' | 'costUsd'>;

/** More than this no inference takes: it is nobody's count, and sums of it would leave what a long can hold. */
const MOST_TOKENS = 1e12;
const MOST_USD = 1e9;

const NONE: Usage = {
  inputTokens: null,
  outputTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  costUsd: null,
};

/**
 * Tokens and cost of an inference; what can be none (-1 for "unknown") stays in the remainder. Agents, steps and workflows repeat their children's usage (Vercel, smolagents, ADK,
 * benchmarks): there the attributes stay in the remainder and nothing is counted.
 */
export function usage(values: Values, isInference: boolean): Usage {
  if (!isInference) return NONE;
  const read: Usage = {
    inputTokens: tokens(values, Concept.inputTokens),
    outputTokens: tokens(values, Concept.outputTokens),
    cacheReadTokens: tokens(values, Concept.cacheReadTokens),
    cacheWriteTokens: tokens(values, Concept.cacheWriteTokens),
    costUsd: values.takeNumber(Concept.cost, 0, MOST_USD),
  };
  if (values.has(Concept.usageDetails)) addUsageDetails(read, values.peekText(Concept.usageDetails));
  else if (read.inputTokens === null && read.outputTokens === null) addUsageOfResponse(read, values);
  if (values.has(Concept.costDetails)) read.costUsd ??= costOf(values.peekText(Concept.costDetails));
  return read;
}

function tokens(values: Values, slot: number): number | null {
  return count(values.takeNumber(slot, 0, MOST_TOKENS));
}

function count(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && value <= MOST_TOKENS ? Math.trunc(value) : null;
}

/** Langfuse's JSON `{input, output, input_cached_tokens, …}`. */
function addUsageDetails(read: Usage, json: string): void {
  const details = parseJson(json);
  if (!isObject(details)) return;
  read.inputTokens ??= count(details.input ?? details.input_tokens ?? details.prompt_tokens);
  read.outputTokens ??= count(details.output ?? details.output_tokens ?? details.completion_tokens);
  read.cacheReadTokens ??= count(
    details.cache_read_input_tokens ?? details.input_cached_tokens ?? details.input_cache_read,
  );
  read.cacheWriteTokens ??= count(details.cache_creation_input_tokens ?? details.input_cache_creation);
}

/** A raw response may be the only place that states its usage (AutoGen, Haystack, raw provider responses). */
function addUsageOfResponse(read: Usage, values: Values): void {
  const response = values.peek(Concept.output);
  const text = typeof response === 'string' ? response : '';
  const stated = text.includes('"usage"') ? usageIn(parseJson(text), 0) : undefined;
  if (!stated) return;
  read.inputTokens = count(stated.prompt_tokens ?? stated.input_tokens ?? stated.inputTokens);
  read.outputTokens = count(stated.completion_tokens ?? stated.output_tokens ?? stated.outputTokens);
}

function usageIn(value: unknown, depth: number): JsonObject | undefined {
  if (depth > 4 || typeof value !== 'object' || value === null) return undefined;
  if (isObject(value) && isObject(value.usage)) return value.usage;
  for (const member of Object.values(value)) {
    const found = usageIn(member, depth + 1);
    if (found) return found;
  }
  return undefined;
}

function costOf(json: string): number | null {
  const details = parseJson(json);
  if (!isObject(details)) return null;
  if (typeof details.total === 'number') return usd(details.total);
  const amounts = Object.values(details).filter((amount) => typeof amount === 'number');
  return amounts.length > 0 ? usd(amounts.reduce((sum, amount) => sum + amount, 0)) : null;
}

function usd(amount: number): number | null {
  return amount >= 0 && amount <= MOST_USD ? amount : null;
}

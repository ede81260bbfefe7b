import type { RunPlan, ToolSpec, Turn } from '../plan/step.ts';
import type { Random } from '../random.ts';

/** A kind of agent work: draws clean runs, in which nothing fails and nothing is lost. */
export interface Scenario {
  readonly name: string;
  /** Whose agents they are; default: `default` */
  readonly tenant?: string;
  plan(random: Random, earlier: readonly Turn[]): RunPlan;
}

type Property = Readonly<Record<string, unknown>>;

export const textArgument = (description: string): Property => ({ type: 'string', description });
export const wholeNumber = (description: string): Property => ({ type: 'integer', description });
export const amount = (description: string): Property => ({ type: 'number', minimum: 0, description });
export const listOf = (description: string): Property => ({ type: 'array', items: { type: 'string' }, description });
export const oneOfWords = (...words: string[]): Property => ({ type: 'string', enum: words });

/** A tool whose arguments are all required, but those named in `optional`. */
export function toolSpec(
  name: string,
  description: string,
  properties: Readonly<Record<string, Property>>,
  more: Partial<Pick<ToolSpec, 'backend' | 'downstream' | 'fallback' | 'mutates'>> & {
    optional?: readonly string[];
  } = {},
): ToolSpec {
  const { optional, ...rest } = more;
  const required = Object.keys(properties).filter((key) => !optional?.includes(key));
  const parameters = { type: 'object', properties, required } as const;
  return { name, description, parameters, ...rest };
}

import type { Measure, Reason } from '@spanwise/schemas';
import type { Belief } from '../statistics/online-logistic.ts';
import { DEFAULT_WEIGHT, MEASURE_WEIGHTS, PATTERN_WEIGHTS } from './verdict-priors.ts';

/** What labels have added to the documented weights, by the name of the evidence; nothing where none were given. */
export type LearnedWeights = Readonly<Record<string, number>>;

export const NOTHING_LEARNED: LearnedWeights = {};

/** Key of the signal that tells every partition of learned weights. */
export const MODEL_KEY = 'verdict';

/** Evidence that every conversation has: it shifts all verdicts of a tenant, or of one agent, and scales what the priors say. */
export const BIAS = 'bias';
export const PRIOR = 'prior';
export const agentEvidence = (agent: string): string => `agent/${agent.slice(0, 100)}`;

/** Pieces of evidence of one conversation that are told. */
export const MAX_EVIDENCE = 48;

/**
 * Before any label: the documented weight holds, give or take so much in log-odds for each unit. A pattern's meaning is better
 * known in kind than in size; a fleet's rate of failure is not known at all; sizes differ between tasks more than they tell.
 */
export function firstBelief(name: string): Belief {
  if (name === BIAS) return { mean: 0, variance: 1 };
  if (name === PRIOR) return { mean: 0, variance: 0.05 };
  if (name.startsWith('agent/')) return { mean: 0, variance: 0.5 };
  return { mean: 0, variance: Object.hasOwn(MEASURE_WEIGHTS, name) ? 0.05 : 0.5 };
}

/** How much of each pattern there is: 1 for one finding of severity high and full confidence. */
export function patternEvidence(reasons: readonly Reason[]): Measure[] {
  const shares = new Map<string, number>();
  for (const { pattern, weight } of reasons) {
    const unit = PATTERN_WEIGHTS[pattern] ?? DEFAULT_WEIGHT;
    if (unit > 0) shares.set(pattern, (shares.get(pattern) ?? 0) + weight / unit);
  }
  return [...shares].map(([name, value]) => ({ name, value }));
}

/** Log-odds that labels add to what the documented weights say. */
export function learnedLogOdds(evidence: readonly Measure[], learned: LearnedWeights): number {
  let odds = 0;
  for (const { name, value } of evidence) if (Object.hasOwn(learned, name)) odds += (learned[name] ?? 0) * value;
  return odds;
}

/** Log-odds of measures by their documented weights. */
export const measureLogOdds = (measures: readonly Measure[]): number =>
  measures.reduce((sum, { name, value }) => sum + (MEASURE_WEIGHTS[name] ?? 0) * value, 0);

import type { Finding, Verdict } from '@spanwise/schemas';
import type { Evidence } from '../detector/detector.ts';

/** Findings that say no more than that a run is not like the others, by their evidence. */
const UNLIKE_OTHERS: Readonly<Record<string, readonly string[]>> = {
  runaway_cost: ['steps', 'tokens', 'cost', 'time'],
  context_contract_violation: ['learned_contract'],
  context_decay: ['below_normal'],
  malformed_output: ['unlike_other_answers'],
  persona_inconsistency: ['unlike_other_runs'],
  tool_misrouting: ['foreign_tool', 'abandoned_choice'],
};

const isUnlikeOthers = ({ pattern, evidence }: Finding): boolean =>
  UNLIKE_OTHERS[pattern]?.includes((JSON.parse(evidence) as Evidence).type) ?? false;

/**
 * The findings that decide whether a run may teach what is normal. That a run is not like others is no reason against it, or
 * what has changed for good would never be learned.
 */
export const withoutUnlikeOthers = (findings: Iterable<Finding>): Finding[] =>
  [...findings].filter((finding) => !isUnlikeOthers(finding));

/** Verdict of a run that teaches. */
export const ENDED_WELL: Verdict = 'correct';

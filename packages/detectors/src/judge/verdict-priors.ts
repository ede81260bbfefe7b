import type { Severity } from '@spanwise/schemas';

/**
 * What a finding is worth as evidence that its run failed, in log-odds, before any outcome label was seen. A weight is for
 * severity `high` at full confidence: 1.4 multiplies the odds of failure by four, 2.2 by nine. They are judgements of the
 * patterns' meaning, not fits: labels learn better ones as they arrive.
 */
export const PATTERN_WEIGHTS: Readonly<Record<string, number>> = {
  // The answer rests on something that was never done or never known.
  masked_tool_error: 2.2,
  unresolved_error: 2,
  serialization_loss: 1.6,
  timeout_cascade: 1.6,
  compounding_recovery: 1.4,
  duplicate_side_effect: 2,
  duplicate_work: 0.3,
  ungrounded_argument: 1.8,
  misread_output: 2,
  // The run cannot have reached its goal by the steps that are seen.
  abandoned_session: 3,
  circular_delegation: 1.8,
  no_progress_loop: 1.8,
  // It was in trouble, and may have got out of it.
  retry_storm: 1.4,
  runaway_cost: 1,
  context_contract_violation: 1.6,
  context_decay: 1.4,
  context_truncation: 1.4,
  persona_inconsistency: 1.2,
  malformed_output: 1.2,
  tool_misrouting: 1.2,
  // Trouble that was seen and dealt with.
  priority_inversion: 0.8,
  reasoning_drift: 1,
  // Nearly all runs of the agent that went well went another way.
  path_deviation: 1.6,
  recovery: 0.8,
  // Across runs: what was said, or what was done, is not what others go by.
  fact_contradiction: 1.6,
  hallucinated_fact: 1.8,
  identity_drift: 1.8,
  unstable_knowledge: 1,
  lost_update: 1.4,
  cross_session_deadlock: 2,
  // Says something about clocks, nothing about the run.
  clock_skew: 0,
};

/** For a pattern that is not named above. */
export const DEFAULT_WEIGHT = 1;

/**
 * What other evidence is worth, in log-odds for each unit of `signals/run-measures.ts`: 0 is an ordinary amount, and twice what is
 * ordinary 0.4. The more was asked, given and done, the more can have gone wrong in a way that no finding shows; an agent that says
 * it cannot may be right. Weak all of them beside a finding: judgements, not fits, as above.
 */
export const MEASURE_WEIGHTS: Readonly<Record<string, number>> = {
  request_size: 0.15,
  arguments_size: 0.15,
  answer_size: 0.125,
  tools_used: 0.125,
  tool_failures: 0.15,
  repeated_calls: 0.075,
  changes: 0.1,
  user_corrections: 0.1,
  refusals: 0,
  hedged_answer: 0.05,
  no_answer: 0.1,
  cut_answer: 0.4,
};

/** Share of a pattern's weight by severity. */
export const SEVERITY_SHARE: Readonly<Record<Severity, number>> = {
  info: 0.15,
  low: 0.35,
  medium: 0.7,
  high: 1,
  critical: 1.5,
};

/** Each further finding of one pattern adds this share of the one before: ten retries are one trouble, not ten. */
export const REPEAT_SHARE = 0.5;

/** Chance that a run fails at its task, as a whole, in a way that nothing shows. */
export const HIDDEN_FAULT_PER_RUN = 0.1;

/** Chance that one inference or tool call goes wrong in a way that nothing shows. */
export const HIDDEN_FAULT_PER_OPERATION = 0.01;

/** Longer runs are not held to be worse than one of this many operations. */
export const MOST_OPERATIONS = 50;

/**
 * Log-odds of failure before any finding: the reliability of a chain is the product of its operations', so the chance that
 * something went wrong unseen grows with their number (1 operation: one in nine, 5: one in seven, 30: one in three).
 */
export function baseLogOdds(operations: number): number {
  const n = Math.max(1, Math.min(MOST_OPERATIONS, operations));
  const survives = (1 - HIDDEN_FAULT_PER_RUN) * (1 - HIDDEN_FAULT_PER_OPERATION) ** n;
  return Math.log((1 - survives) / survives);
}

/** The run itself ended in an error. */
export const RUN_FAILED_WEIGHT = 7;

/** The run never ended. */
export const ABANDONED_WEIGHT = 3;

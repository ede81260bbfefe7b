import type { IncidentClass } from '@spanwise/schemas';

/** What kind of failure a pattern is a sign of, when it is what a run began to go wrong with. */
const CLASS_OF: Readonly<Record<string, IncidentClass>> = {
  // something that agents call does not answer, or not rightly
  timeout_cascade: 'dependency_failure',
  masked_tool_error: 'dependency_failure',
  unresolved_error: 'dependency_failure',
  retry_storm: 'dependency_failure',
  recovery: 'dependency_failure',
  compounding_recovery: 'dependency_failure',
  abandoned_session: 'dependency_failure',
  latency_degradation: 'dependency_failure',
  // a model says or does what it should not
  malformed_output: 'model_degradation',
  ungrounded_argument: 'model_degradation',
  misread_output: 'model_degradation',
  hallucinated_fact: 'model_degradation',
  reasoning_drift: 'model_degradation',
  tool_misrouting: 'model_degradation',
  persona_inconsistency: 'model_degradation',
  runaway_cost: 'model_degradation',
  // what agents hand over or share is not what it was
  context_contract_violation: 'context_corruption',
  context_decay: 'context_corruption',
  context_truncation: 'context_corruption',
  serialization_loss: 'context_corruption',
  fact_contradiction: 'context_corruption',
  identity_drift: 'context_corruption',
  unstable_knowledge: 'context_corruption',
  lost_update: 'context_corruption',
  // agents get into each other's way
  circular_delegation: 'coordination_failure',
  no_progress_loop: 'coordination_failure',
  duplicate_work: 'coordination_failure',
  duplicate_side_effect: 'coordination_failure',
  priority_inversion: 'coordination_failure',
  cross_session_deadlock: 'coordination_failure',
};

export const failureClass = (pattern: string): IncidentClass => CLASS_OF[pattern] ?? 'unclassified';

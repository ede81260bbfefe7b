import type { RunDetector } from '../detector/detector.ts';
import { type AbandonedSessionSettings, abandonedSession } from './abandoned-session.ts';
import { type CircularDelegationSettings, circularDelegation } from './circular-delegation.ts';
import { type ClockSkewSettings, clockSkew } from './clock-skew.ts';
import { type CompoundingRecoverySettings, compoundingRecovery } from './compounding-recovery.ts';
import { type ContextContractViolationSettings, contextContractViolation } from './context-contract-violation.ts';
import { type ContextDecaySettings, contextDecay } from './context-decay.ts';
import { type ContextTruncationSettings, contextTruncation } from './context-truncation.ts';
import { type DuplicateSideEffectSettings, duplicateSideEffect } from './duplicate-side-effect.ts';
import { type DuplicateWorkSettings, duplicateWork } from './duplicate-work.ts';
import { type MalformedOutputSettings, malformedOutput } from './malformed-output.ts';
import { type MaskedToolErrorSettings, maskedToolError } from './masked-tool-error.ts';
import { type MisreadOutputSettings, misreadOutput } from './misread-output.ts';
import { type NoProgressLoopSettings, noProgressLoop } from './no-progress-loop.ts';
import { type PersonaInconsistencySettings, personaInconsistency } from './persona-inconsistency.ts';
import { type PriorityInversionSettings, priorityInversion } from './priority-inversion.ts';
import { type ReasoningDriftSettings, reasoningDrift } from './reasoning-drift.ts';
import { type RecoverySettings, recovery } from './recovery.ts';
import { type RetryStormSettings, retryStorm } from './retry-storm.ts';
import { type SerializationLossSettings, serializationLoss } from './serialization-loss.ts';
import { type TimeoutCascadeSettings, timeoutCascade } from './timeout-cascade.ts';
import { type ToolMisroutingSettings, toolMisrouting } from './tool-misrouting.ts';
import { type UngroundedArgumentSettings, ungroundedArgument } from './ungrounded-argument.ts';
import { type UnresolvedErrorSettings, unresolvedError } from './unresolved-error.ts';

/** Settings by pattern; what is absent has the default of its pattern's file. */
export interface RunDetectorSettings {
  masked_tool_error?: Partial<MaskedToolErrorSettings>;
  recovery?: Partial<RecoverySettings>;
  unresolved_error?: Partial<UnresolvedErrorSettings>;
  retry_storm?: Partial<RetryStormSettings>;
  no_progress_loop?: Partial<NoProgressLoopSettings>;
  tool_misrouting?: Partial<ToolMisroutingSettings>;
  malformed_output?: Partial<MalformedOutputSettings>;
  context_truncation?: Partial<ContextTruncationSettings>;
  serialization_loss?: Partial<SerializationLossSettings>;
  timeout_cascade?: Partial<TimeoutCascadeSettings>;
  compounding_recovery?: Partial<CompoundingRecoverySettings>;
  duplicate_side_effect?: Partial<DuplicateSideEffectSettings>;
  duplicate_work?: Partial<DuplicateWorkSettings>;
  ungrounded_argument?: Partial<UngroundedArgumentSettings>;
  misread_output?: Partial<MisreadOutputSettings>;
  abandoned_session?: Partial<AbandonedSessionSettings>;
  circular_delegation?: Partial<CircularDelegationSettings>;
  priority_inversion?: Partial<PriorityInversionSettings>;
  persona_inconsistency?: Partial<PersonaInconsistencySettings>;
  context_contract_violation?: Partial<ContextContractViolationSettings>;
  context_decay?: Partial<ContextDecaySettings>;
  reasoning_drift?: Partial<ReasoningDriftSettings>;
  clock_skew?: Partial<ClockSkewSettings>;
}

/**
 * Every failure pattern that is detected within a run. Throws an Error that says which declared contract is none.
 */
export function runDetectors(settings: RunDetectorSettings = {}): RunDetector[] {
  return [
    maskedToolError(settings.masked_tool_error),
    recovery(settings.recovery),
    unresolvedError(settings.unresolved_error),
    retryStorm(settings.retry_storm),
    noProgressLoop(settings.no_progress_loop),
    toolMisrouting(settings.tool_misrouting),
    malformedOutput(settings.malformed_output),
    contextTruncation(settings.context_truncation),
    serializationLoss(settings.serialization_loss),
    timeoutCascade(settings.timeout_cascade),
    compoundingRecovery(settings.compounding_recovery),
    duplicateSideEffect(settings.duplicate_side_effect),
    duplicateWork(settings.duplicate_work),
    ungroundedArgument(settings.ungrounded_argument),
    misreadOutput(settings.misread_output),
    abandonedSession(settings.abandoned_session),
    circularDelegation(settings.circular_delegation),
    priorityInversion(settings.priority_inversion),
    personaInconsistency(settings.persona_inconsistency),
    contextContractViolation(settings.context_contract_violation),
    contextDecay(settings.context_decay),
    reasoningDrift(settings.reasoning_drift),
    clockSkew(settings.clock_skew),
  ] as RunDetector[];
}

import { abandonedSession } from './abandoned-session.ts';
import { circularDelegation } from './circular-delegation.ts';
import { clockSkew } from './clock-skew.ts';
import { compoundingRecovery } from './compounding-recovery.ts';
import { contextContractViolation } from './context-contract-violation.ts';
import { contextDecay } from './context-decay.ts';
import { contextTruncation } from './context-truncation.ts';
import { duplicateSideEffect } from './duplicate-side-effect.ts';
import { duplicateWork } from './duplicate-work.ts';
import type { Injector } from './injector.ts';
import { malformedOutput } from './malformed-output.ts';
import { maskedToolError } from './masked-tool-error.ts';
import { misreadOutput } from './misread-output.ts';
import { noProgressLoop } from './no-progress-loop.ts';
import { pathDeviation } from './path-deviation.ts';
import { personaInconsistency } from './persona-inconsistency.ts';
import { priorityInversion } from './priority-inversion.ts';
import { reasoningDrift } from './reasoning-drift.ts';
import { recovery } from './recovery.ts';
import { retryStorm } from './retry-storm.ts';
import { runawayCost } from './runaway-cost.ts';
import { serializationLoss } from './serialization-loss.ts';
import { timeoutCascade } from './timeout-cascade.ts';
import { toolMisrouting } from './tool-misrouting.ts';
import { ungroundedArgument } from './ungrounded-argument.ts';
import { unresolvedError } from './unresolved-error.ts';

/** Every fault that can be put into a run. */
export const injectors: readonly Injector[] = [
  maskedToolError,
  recovery,
  unresolvedError,
  retryStorm,
  noProgressLoop,
  toolMisrouting,
  malformedOutput,
  contextTruncation,
  abandonedSession,
  clockSkew,
  compoundingRecovery,
  ungroundedArgument,
  misreadOutput,
  reasoningDrift,
  contextContractViolation,
  contextDecay,
  serializationLoss,
  timeoutCascade,
  circularDelegation,
  priorityInversion,
  duplicateSideEffect,
  duplicateWork,
  runawayCost,
  personaInconsistency,
  pathDeviation,
];

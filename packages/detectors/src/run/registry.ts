import type { RunDetector } from '../detector/detector.ts';
import type { PatternDescription, RunPattern } from '../detector/pattern.ts';
import type { SettingsOf } from '../detector/setting.ts';
import { abandonedSession } from './abandoned-session.ts';
import { circularDelegation } from './circular-delegation.ts';
import { clockSkew } from './clock-skew.ts';
import { compoundingRecovery } from './compounding-recovery.ts';
import { contextContractViolation } from './context-contract-violation.ts';
import { contextDecay } from './context-decay.ts';
import { contextTruncation } from './context-truncation.ts';
import { duplicateSideEffect } from './duplicate-side-effect.ts';
import { duplicateWork } from './duplicate-work.ts';
import { malformedOutput } from './malformed-output.ts';
import { maskedToolError } from './masked-tool-error.ts';
import { misreadOutput } from './misread-output.ts';
import { noProgressLoop } from './no-progress-loop.ts';
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

/** Every failure pattern that is detected within a run. */
const runPatterns = [
  maskedToolError,
  recovery,
  unresolvedError,
  retryStorm,
  noProgressLoop,
  toolMisrouting,
  malformedOutput,
  contextTruncation,
  serializationLoss,
  timeoutCascade,
  compoundingRecovery,
  duplicateSideEffect,
  duplicateWork,
  ungroundedArgument,
  misreadOutput,
  abandonedSession,
  circularDelegation,
  priorityInversion,
  personaInconsistency,
  contextContractViolation,
  contextDecay,
  reasoningDrift,
  runawayCost,
  clockSkew,
] as const;

/** What is said of each, in the same order. */
export const patternDescriptions: readonly PatternDescription[] = runPatterns.map(({ description }) => description);

type Description = (typeof runPatterns)[number]['description'];

/** Settings by pattern; what is absent has the default of its pattern's description. */
export type RunDetectorSettings = {
  readonly [About in Description as About['pattern']]?: Partial<SettingsOf<About['settings']>>;
};

/** The detectors of all patterns. Throws an Error that says which declared contract is none. */
export function runDetectors(settings: RunDetectorSettings = {}): RunDetector[] {
  const given: Readonly<Record<string, object | undefined>> = settings;
  return (runPatterns as readonly unknown[] as readonly RunPattern[]).map((pattern) =>
    pattern(given[pattern.description.pattern]),
  );
}

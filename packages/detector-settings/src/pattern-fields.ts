import type { RunDetectorSettings } from '@spanwise/detectors';
import { z } from 'zod';

/** Declared for all patterns at once, or learned: not set by pattern. */
type Elsewhere = 'contracts' | 'norms' | 'criticalKeys' | 'schemas';
type FieldsOf<Settings> = { readonly [Name in Exclude<keyof Settings, Elsewhere>]-?: z.ZodType<Settings[Name]> };

const count = z.int().min(1);
const share = z.number().min(0).max(1);
const amount = z.number().min(0);
const milliseconds = z.number().min(0);
const names = z.array(z.string().min(1));

/** A regular expression as text; capital and small letters are alike. */
const pattern = z.string().transform((text, context): RegExp => {
  try {
    return new RegExp(text, 'i');
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

/** Every setting of every pattern: the compiler says which is missing here. What each means stands in its detector's file. */
export const patternFields: {
  readonly [Pattern in keyof RunDetectorSettings]-?: FieldsOf<NonNullable<RunDetectorSettings[Pattern]>>;
} = {
  masked_tool_error: { minConfidence: share },
  recovery: { manyAttempts: count },
  unresolved_error: { minConfidence: share },
  retry_storm: {
    failures: count,
    pacedFailures: count,
    unseenFailures: count,
    multipliedAttempts: count,
    windowMs: milliseconds,
    pauseMs: milliseconds,
  },
  no_progress_loop: {
    repeats: count,
    cycleRepeats: count,
    weakRepeats: count,
    waitingRepeats: count,
    pauseMs: milliseconds,
    maxPeriod: count,
  },
  tool_misrouting: { unlisted: pattern },
  malformed_output: { shown: count },
  context_truncation: { keptShare: share, shortAnswerTokens: amount },
  serialization_loss: { quoting: pattern },
  timeout_cascade: { levels: count },
  compounding_recovery: { depth: count, following: count },
  duplicate_side_effect: { effects: names },
  duplicate_work: { costlyMs: milliseconds, many: count },
  ungrounded_argument: { digits: count, ownChoice: pattern },
  misread_output: { callsBetween: z.int().min(0) },
  abandoned_session: { normalTimes: amount },
  circular_delegation: { rounds: count, unseenTasks: count },
  priority_inversion: {
    leastCostMs: milliseconds,
    toleranceMs: milliseconds,
    graveCostMs: milliseconds,
    smallestFirst: z.boolean(),
  },
  persona_inconsistency: { likeness: share, modes: names },
  context_contract_violation: {},
  context_decay: { leastShare: share, leastItems: count },
  reasoning_drift: {
    baseline: count,
    steps: count,
    keptShare: share,
    threshold: amount,
    leastMean: share,
    novelty: share,
  },
  clock_skew: { notableMs: milliseconds },
};

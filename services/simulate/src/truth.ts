import type { Step } from './plan/step.ts';

/** Every fault that the fleet can put into a single run; the names are those of the patterns that should tell them. */
export const faultNames = [
  'masked_tool_error',
  'recovery',
  'unresolved_error',
  'retry_storm',
  'no_progress_loop',
  'tool_misrouting',
  'malformed_output',
  'context_truncation',
  'abandoned_session',
  'clock_skew',
  'compounding_recovery',
  'ungrounded_argument',
  'misread_output',
  'reasoning_drift',
  'context_contract_violation',
  'context_decay',
  'serialization_loss',
  'timeout_cascade',
  'circular_delegation',
  'priority_inversion',
  'duplicate_side_effect',
  'duplicate_work',
  'runaway_cost',
  'persona_inconsistency',
  'path_deviation',
] as const;

/** Faults that show only over several conversations. */
export const sharedFaultNames = [
  'fact_contradiction',
  'hallucinated_fact',
  'identity_drift',
  'unstable_knowledge',
  'lost_update',
  'cross_session_deadlock',
] as const;

export type FaultName = (typeof faultNames)[number] | (typeof sharedFaultNames)[number];

/** Faults after which a session can still have ended the right way. */
const HARMLESS: ReadonlySet<FaultName> = new Set<FaultName>([
  'recovery',
  'compounding_recovery',
  'clock_skew',
  'duplicate_work',
  'priority_inversion',
]);

/** Whether a run with this fault is one that a user could complain about. */
export const isHarmful = (fault: FaultName): boolean => !HARMLESS.has(fault);

/** What an injector did, in terms of the plan. */
export interface FaultNote {
  readonly pattern: FaultName;
  /** Which form of the pattern it has. */
  readonly variant: string;
  /** It was what the injector was for; the others follow from it. Default true. */
  readonly isConsequence?: boolean;
  /** By its definition one may see it here or not: to find it is no mistake, nor is not to. */
  readonly isArguable?: boolean;
  /** Where it happened; undefined: the span can be told only once clocks and deaths are applied. */
  readonly at?: Step;
  /** Where it began: a step; `deepest`, the deepest span that shows the failure of `at`. Default: where it happened. */
  readonly cause?: Step | 'deepest';
  /** Where one may just as well say that it began. */
  readonly orCause?: readonly Step[];
  /** It may just as well have begun in a request below. */
  readonly orCauseBelow?: boolean;
  /** Requests at or below it that failed are part of it, too. */
  readonly withFailuresBelow?: boolean;
  /** All steps that are part of it; a finding at one of them is at a right place, too. Default: where it happened. */
  readonly steps?: readonly Step[];
  /** What the fault was made of: counts, milliseconds, shares. */
  readonly numbers?: Readonly<Record<string, number>>;
  /** Whether it is still there once the run has all its faults: a later one may have changed what shows it. Default: it is. */
  readonly holds?: () => boolean;
}

/** What a hard negative did: it resembles `pattern` and is none. */
export interface NegativeNote {
  readonly resembles: FaultName;
  readonly variant: string;
  readonly steps: readonly Step[];
  /** Faults that it does contain: a lawful retry is a recovery. */
  readonly holds?: readonly FaultNote[];
}

interface Where {
  readonly traceId: string;
  /** The conversation id, or the trace id where none of the spans sent carries it */
  readonly sessionId: string;
  readonly agent: string;
  readonly scenario: string;
  readonly convention: string;
  readonly release: string;
}

/** One line of a truth file. */
export type Truth = FaultTruth | NegativeTruth | RunTruth;

export interface FaultTruth extends Where {
  readonly type: 'fault';
  readonly pattern: FaultName;
  readonly variant: string;
  readonly primary: boolean;
  /** To find it is no mistake, nor is not to. */
  readonly arguable: boolean;
  readonly spanId: string;
  readonly rootCauseSpanId: string;
  /** Other spans at which one may just as well say that it began */
  readonly otherCauses: readonly string[];
  /** Spans that are part of it, `spanId` among them */
  readonly spans: readonly string[];
  readonly numbers: Readonly<Record<string, number>>;
}

export interface NegativeTruth extends Where {
  readonly type: 'negative';
  /** The pattern that must not be found at these spans */
  readonly pattern: FaultName;
  readonly variant: string;
  readonly spans: readonly string[];
}

/** Every run has one, also those in which nothing is wrong. */
export interface RunTruth extends Where {
  readonly type: 'run';
  /** No fault was put in; a hard negative may have been. */
  readonly clean: boolean;
  readonly spans: number;
  /** When its last span ends by a true clock, milliseconds since the epoch */
  readonly endMs: number;
}

import type { FieldHistory } from './fact-history.ts';
import type { FleetFindingDraft } from './fleet-detector.ts';

/** What is judged: a field of a thing. */
export interface OfField {
  readonly field: string;
  /** Of the thing. */
  readonly key: string;
  readonly history: FieldHistory;
  /** When something was done to the thing. */
  readonly acts: readonly number[];
}

export type FactFinding = FleetFindingDraft;

/** What can hold over a fleet; the names are those of the patterns that should tell it, but for `nothing`. */
export const campaignNames = [
  'release_regression',
  'release_improvement',
  'condition',
  'condition_pair',
  'brittle_step',
  'production_gap',
  'nothing',
] as const;

export type CampaignName = (typeof campaignNames)[number];

/** Something that holds for an agent over a time; told apart from the spans, as all truths are. */
export interface CampaignTruth {
  readonly type: 'campaign';
  readonly name: CampaignName;
  /** The pattern that should tell it; empty for `nothing` */
  readonly pattern: string;
  /** Patterns that may lawfully tell of the same agent, too */
  readonly alsoSeen: readonly string[];
  /** What it is about; empty where that does not apply */
  readonly agent: string;
  readonly tool: string;
  readonly release: string;
  readonly environment: string;
  /** From when on it holds, milliseconds since the epoch; null: until the fleet ends. */
  readonly fromMs: number;
  readonly untilMs: number | null;
  readonly details: CampaignDetails;
}

export interface CampaignDetails {
  /** Chance that a session fails without and with it */
  readonly baseRisk: number;
  readonly risk: number;
  /** What the sessions have in common that fail: property and value of the user's style */
  readonly conditions: readonly (readonly [property: 'language' | 'length' | 'form', value: string])[];
}

import type { CampaignTruth } from './campaign/campaign-truth.ts';
import type { Truth } from './truth.ts';

/** Where what was put where is told, apart from the spans. */
export interface TruthOutlet {
  write(truths: readonly (Truth | CampaignTruth)[]): void;
  /** Resolves when everything is there. @throws Error when it is not */
  close(): Promise<void>;
}

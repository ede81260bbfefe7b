/** What a run needs until it is done. `tokens`: without those read from a cache; `seconds`: in which anything was under way. */
export interface Needs {
  /** Inferences and tool calls. */
  steps: number;
  tokens: number;
  costUsd: number;
  seconds: number;
}

export type Quantity = keyof Needs;

/** Whose runs: those that an agent leads, those in which an agent takes part that another leads, or a service does. */
export interface Who {
  role: 'leads' | 'takes_part' | 'serves';
  name: string;
  /** Of the run; empty where it names none. */
  workflow: string;
}

/** What somebody's runs needed that ended well. */
export interface NormalNeeds {
  /** Runs whose need of this quantity was seen. */
  runs(quantity: Quantity): number;
  /** This share of the runs needed so much or less. */
  quantile(quantity: Quantity, share: number): number;
}

/**
 * What is normal, learned from runs that ended well. Everything is undefined until the first of them. How many it takes until
 * it is believed is for each pattern to say.
 */
export interface Normals {
  needs(tenant: string, who: Who): NormalNeeds | undefined;
}

export const nothingKnown: Normals = { needs: () => undefined };

/**
 * What a run shows of what is normal. `isBeyond`: it goes beyond what has been normal so far; it is only believed when
 * such runs keep coming.
 */
export interface ObservedNeeds {
  about: 'needs';
  of: readonly Who[];
  needs: Partial<Needs>;
  isBeyond: boolean;
}

export type Observation = ObservedNeeds;

import type { Instructions } from '../reading/instructions.ts';
import type { FieldType, PayloadShape } from '../reading/payload-shape.ts';

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

/** What payloads of one form carried: the same fields, but for some. Plain JSON. */
export interface FormCounts {
  payloads: number;
  /** How often each field was of each type; at most 32 fields. */
  fields: Record<string, Partial<Record<FieldType, number>>>;
}

/** What handoffs of a pair of agents carried, or the structured answers of an agent. Plain JSON. */
export interface PayloadCounts {
  payloads: number;
  /** The forms of payloads, and of objects within them; at most 6. */
  forms: FormCounts[];
}

/** Payloads of runs that ended well. */
export interface NormalPayloads {
  normal: PayloadCounts;
  /** Those that lacked what was always there until then. */
  beyond?: PayloadCounts;
}

/** How much of a context survived the handoffs of a pair of agents that ended well. */
export interface NormalRetention {
  handoffs: number;
  /** This share of the handoffs kept no more than this share of the context. */
  quantile(share: number): number;
}

/** Runs that ended well in which a lookup had a result, and those of them in which anything of it was used later; of no tool, all runs. Plain JSON. */
export interface UseCounts {
  runs: number;
  used: number;
}

/** System instructions, and how the spans name that prompt or mode; empty where they do not. Plain JSON. */
export interface KnownPersona extends Instructions {
  labels: string;
}

/** Under which instructions an agent's release works, in runs that ended well. Plain JSON. */
export interface PersonaCounts {
  runs: number;
  /** Each unlike the others; at most 6. */
  personas: KnownPersona[];
  /** There were more than are kept. */
  isOpen: boolean;
}

/** Which tools an agent has, in runs that ended well and in which it called any. Plain JSON. */
export interface ToolCounts {
  runs: number;
  /** Those of them in which it was seen which tools its model was offered. */
  offering: number;
  /** Bare name, runs that called the tool, runs that offered it; at most 64. */
  tools: [name: string, calling: number, offered: number][];
  /** There were more than are kept. */
  isOpen: boolean;
  /** Service and release of the agent's inferences, and their runs, the one seen last at the end; at most 8. */
  releases: [release: string, runs: number][];
}

/** An agent that calls a tool. */
export interface ToolUser {
  /** Its key. */
  agent: string;
  runs: number;
  /** Those of them that call the tool. */
  calling: number;
}

/**
 * What is normal, learned from runs that ended well. Everything is undefined until the first of them. How many it takes until
 * it is believed is for each pattern to say.
 */
export interface Normals {
  needs(tenant: string, who: Who): NormalNeeds | undefined;
  /** Agents by their keys. */
  handoffs(tenant: string, from: string, to: string): NormalPayloads | undefined;
  /** @param agent its key */
  answers(tenant: string, agent: string, release: string): NormalPayloads | undefined;
  retention(tenant: string, from: string, to: string): NormalRetention | undefined;
  /**
   * @param agent empty for all agents of the tenant
   * @param tool empty for all runs in which the agent takes part
   */
  use(tenant: string, agent: string, tool: string): UseCounts | undefined;
  personas(tenant: string, agent: string, release: string): PersonaCounts | undefined;
  /** @param agent its key */
  tools(tenant: string, agent: string): ToolCounts | undefined;
  /**
   * The agents of a tenant that call a tool. It takes a look at all that are known: for rare questions.
   *
   * @param tool its bare name
   */
  toolUsers(tenant: string, tool: string): readonly ToolUser[];
}

const unknown = (): undefined => undefined;

export const nothingKnown: Normals = {
  needs: unknown,
  handoffs: unknown,
  answers: unknown,
  retention: unknown,
  use: unknown,
  personas: unknown,
  tools: unknown,
  toolUsers: () => [],
};

interface Observed {
  /** It goes beyond what has been normal so far: it is only believed when the like keeps coming. */
  isBeyond: boolean;
}

export interface ObservedNeeds extends Observed {
  about: 'needs';
  of: readonly Who[];
  needs: Partial<Needs>;
}

export interface ObservedHandoff extends Observed {
  about: 'handoff';
  from: string;
  to: string;
  /** Of the payload, and of objects within it. */
  shapes: readonly PayloadShape[];
}

export interface ObservedAnswer extends Observed {
  about: 'answer';
  /** Its key. */
  agent: string;
  release: string;
  shape: PayloadShape;
}

export interface ObservedRetention extends Observed {
  about: 'retention';
  from: string;
  to: string;
  /** Of the context that survived, 0 to 1. */
  share: number;
}

export interface ObservedUse extends Observed {
  about: 'use';
  /** Empty for all agents. */
  agent: string;
  /** Empty for the run as such. */
  tool: string;
  isUsed: boolean;
}

export interface ObservedPersona extends Observed {
  about: 'persona';
  agent: string;
  release: string;
  persona: KnownPersona;
}

export interface ObservedTools extends Observed {
  about: 'tools';
  /** Its key. */
  agent: string;
  release: string;
  /** Bare names of the tools that it called. */
  called: readonly string[];
  /** Of those that its model was offered, where that was seen. */
  offered?: readonly string[];
}

/** What a run shows of what is normal. */
export type Observation =
  | ObservedNeeds
  | ObservedHandoff
  | ObservedAnswer
  | ObservedRetention
  | ObservedUse
  | ObservedPersona
  | ObservedTools;

import type { Normals } from './normals.ts';
import type { Step } from './step.ts';

/** What a run has taken so far, forgotten steps included. */
export interface Spent {
  readonly llmCalls: number;
  readonly toolCalls: number;
  /** Cached ones included. */
  readonly inputTokens: number;
  /** Those of them that were read from a provider's cache. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  /** Microseconds: earliest start and latest end by the clocks of the spans' own services. */
  readonly start: number;
  readonly end: number;
}

/** What detectors may ask of the run so far. Read-only. */
export interface RunView {
  readonly tenant: string;
  readonly traceId: string;
  /** Conversation id, else the trace id. May change while spans without it come first. */
  readonly sessionId: string;
  readonly environment: string;
  /** As far as any span names one. */
  readonly workflow: string;
  /** The agent that leads the run; may change while spans come. */
  readonly agent: string;
  /** Agents that are named, at most 32, first seen first. */
  readonly agents: readonly string[];
  readonly spent: Spent;
  /** What is normal, learned from other runs. */
  readonly normals: Normals;
  /** Steps that are remembered, in order of release (by end time within the reorder delay). Bounded: see `droppedSteps`. */
  readonly steps: readonly Step[];
  /** Steps that were forgotten because the run is longer than the bound. */
  readonly droppedSteps: number;
  /** Steps so far that failed or whose result is an error. Nothing that follows from failures need be looked for at 0. */
  readonly troubles: number;
  /** Calls (`isCall`) among the steps that are remembered. */
  readonly calls: number;
  /** The root, once it ended. */
  readonly root: Step | undefined;
  /** Parent links lead nowhere or the fleet is sampled: patterns that rest on absence must stay silent. */
  readonly incomplete: boolean;
  /** Log time in milliseconds. */
  readonly now: number;
  /** Log time of the last span, milliseconds. */
  readonly quietSince: number;

  stepOf(spanId: string): Step | undefined;
  parentOf(step: Step): Step | undefined;
  childrenOf(spanId: string): readonly Step[];
  /** Calls and handoffs with this step's arguments, itself included, in order of release. */
  sameArguments(step: Step): readonly Step[];
  /** Nearest agent name at or above the span, else of the run; empty if none is known yet. */
  agentOf(step: Step): string;
  releaseOf(step: Step): string;
  /** agent/kind/tool: the workflow point. */
  pointOf(step: Step): string;
  /** Start of a step by the one clock of its run: the clocks of services that disagree are corrected. Microseconds. */
  startOf(step: Step): number;
  endOf(step: Step): number;
  /** Steps by corrected start (ties: end, span id). */
  chronological(): readonly Step[];
  /** The inference that asked for this tool call: by call id, else by tool name and arguments digest, else the last before it in the same agent. */
  requesterOf(step: Step): Step | undefined;
}

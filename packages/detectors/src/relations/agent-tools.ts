import type { ObservedTools, ToolCounts, ToolUser } from '../detector/normals.ts';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { agentKey } from '../reading/agent-key.ts';
import { nameWords } from '../reading/name-words.ts';
import { bareName } from '../reading/offered-tools.ts';
import { remembered } from '../reading/remembered.ts';
import { nearestNamed } from './attribution.ts';
import { chooserOf, wrapsInference } from './calls.ts';

export interface OwnershipSettings {
  /** Runs of an agent before it is believed what it has and what it does not. */
  leastRuns: number;
  /** Runs of its release. */
  leastOfRelease: number;
  /** Share of the runs that is as good as none. */
  rareShare: number;
  /** Runs that are a habit, however many others there are. */
  habitFrom: number;
  /** Share of another agent's runs that must call a tool for it to be that agent's. */
  ownShare: number;
  /** Agents that call a tool from which on it is everybody's. */
  commonTo: number;
}

const keyOf = remembered(agentKey);

/** Key of the agent that a step belongs to by the spans above it that are known; empty where none of them names one. */
export const agentAt = (step: Step, run: RunView): string => keyOf(nearestNamed(step, 'agent', run)?.agent ?? '');

/** What an agent's inference runs as: its tools come with its code. */
const releaseAt = (inference: Step, run: RunView): string => `${inference.service} ${run.releaseOf(inference)}`;

const isOfferKnown = ({ offering }: ToolCounts, { leastRuns }: OwnershipSettings): boolean => offering >= leastRuns;

/**
 * Whether enough runs of the agent's release are known for it to be told what it has not. Where it was not seen what they were offered,
 * they must have shown it themselves; and their calls must not have kept bringing tools that came once.
 */
export function isKnownWell(counts: ToolCounts, inference: Step, run: RunView, settings: OwnershipSettings): boolean {
  const { leastRuns, leastOfRelease, rareShare } = settings;
  if (counts.isOpen || counts.runs < leastRuns) return false;
  const release = releaseAt(inference, run);
  const ofRelease = counts.releases.find(([known]) => known === release)?.[1] ?? 0;
  if (isOfferKnown(counts, settings)) return ofRelease >= leastOfRelease;
  const once = counts.tools.filter(([, calling]) => calling === 1).length;
  return ofRelease >= leastRuns && once <= rareShare * counts.runs;
}

/** Runs of the agent that call a tool. */
export const callingOf = ({ tools }: ToolCounts, tool: string): number =>
  tools.find(([name]) => name === tool)?.[1] ?? 0;

/** So few of the runs do something that it is practically never done. */
export const isNever = (doing: number, runs: number, { rareShare, habitFrom }: OwnershipSettings): boolean =>
  doing < habitFrom && doing <= rareShare * runs;

/** Practically no run of the agent has the tool. What is known by calls alone must not have called it once. */
function isStrange(counts: ToolCounts, tool: string, settings: OwnershipSettings): boolean {
  const [, calling, offered] = counts.tools.find(([name]) => name === tool) ?? ['', 0, 0];
  if (!isOfferKnown(counts, settings)) return calling === 0 && offered === 0;
  return isNever(calling, counts.runs, settings) && isNever(offered, counts.offering, settings);
}

export interface ForeignCall {
  call: Step;
  asked: Step;
  tool: string;
  counts: ToolCounts;
  owner: ToolUser;
  /** The agent's runs show what it is offered. */
  isOfferKnown: boolean;
}

/** Another agent of the run made the same call: this one looks again at what it was told of, a matter of duplicate work. */
const isShared = (call: Step, agent: string, run: RunView): boolean =>
  call.argumentsDigest !== '' &&
  run.sameArguments(call).some((other) => other.tool === call.tool && agentAt(other, run) !== agent);

/**
 * A call by which a model chose a tool that its agent practically never has and that another agent's runs often call. A tool whose name is
 * one word (`search`) may be another one of the same name, and what many agents call belongs to none of them.
 */
export function foreignCall(call: Step, run: RunView, settings: OwnershipSettings): ForeignCall | undefined {
  if (call.kind !== 'tool' || call.tool === '') return undefined;
  const agent = agentAt(call, run);
  const counts = agent === '' ? undefined : run.normals.tools(run.tenant, agent);
  const tool = bareName(call.tool);
  if (!counts || counts.runs < settings.leastRuns || !isStrange(counts, tool, settings)) return undefined;
  if (nameWords(tool).length < 2 || isShared(call, agent, run)) return undefined;
  const asked = chooserOf(call, run);
  if (!asked || agentAt(asked, run) !== agent || !isKnownWell(counts, asked, run, settings)) return undefined;
  const users = run.normals.toolUsers(run.tenant, tool).filter((user) => user.agent !== agent);
  if (users.length >= settings.commonTo) return undefined;
  const shareOf = ({ calling, runs }: ToolUser): number => calling / runs;
  const owner = users
    .filter((user) => user.runs >= settings.leastRuns && shareOf(user) >= settings.ownShare)
    .sort((a, b) => shareOf(b) - shareOf(a) || (a.agent < b.agent ? -1 : 1))[0];
  return owner && { call, asked, tool, counts, owner, isOfferKnown: isOfferKnown(counts, settings) };
}

/** Tools that inferences were offered. */
export interface NotedOffer {
  digest: string;
  tools: readonly string[];
  /** Span ids of inferences, or of agents, one for each agent. */
  by: string[];
}

/** Agents of a run that are learned from. */
const MOST_AGENTS = 8;
const MOST_CALLED = 128;

/**
 * The tools of each agent that called any, as a run shows them.
 *
 * @param isLeftOut calls that say nothing of what their agent has
 */
export function observedTools(
  run: RunView,
  offers: readonly NotedOffer[],
  isLeftOut: (call: Step) => boolean,
): ObservedTools[] {
  const called = new Map<string, Set<string>>();
  const releases = new Map<string, string>();
  for (const step of run.steps) {
    if (step.kind !== 'llm' && (step.kind !== 'tool' || step.tool === '' || isLeftOut(step))) continue;
    const agent = agentAt(step, run);
    if (agent === '') continue;
    if (step.kind === 'llm') {
      if (!wrapsInference(step, run)) releases.set(agent, releaseAt(step, run));
      continue;
    }
    const tools = called.get(agent) ?? new Set();
    if (tools.size < MOST_CALLED) called.set(agent, tools.add(bareName(step.tool)));
  }
  const offered = offeredIn(run, offers);
  return [...called].slice(0, MOST_AGENTS).flatMap(([agent, tools]) => {
    const release = releases.get(agent);
    const own = offered.get(agent);
    if (release === undefined) return [];
    const offer = own && { offered: [...own] };
    return { about: 'tools', agent, release, called: [...tools], ...offer, isBeyond: false };
  });
}

function offeredIn(run: RunView, offers: readonly NotedOffer[]): Map<string, Set<string>> {
  const offered = new Map<string, Set<string>>();
  for (const { tools, by } of offers) {
    for (const spanId of by) {
      const step = run.stepOf(spanId);
      const agent = step ? agentAt(step, run) : '';
      if (agent === '') continue;
      const own = offered.get(agent) ?? new Set();
      for (const tool of tools) own.add(tool);
      offered.set(agent, own);
    }
  }
  return offered;
}

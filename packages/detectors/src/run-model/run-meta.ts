import type { Span, Verdict } from '@spanwise/schemas';
import type { RunEnd } from '../detector/detector.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { count, newTally, type Tally } from '../relations/tally.ts';

/** What was last said about the run as a whole. */
export interface Judged {
  /** How it had ended; of a continuation, not known any more. */
  end: RunEnd | null;
  revision: number;
  verdict: Verdict;
  probability: number;
  /** Absent in what earlier versions wrote. */
  sessionId?: string;
}

/** The run beside its steps: counts, identity, what the root said. Bounded; `packMeta` gives what its slot holds. */
export interface RunMeta {
  tenant: string;
  traceId: string;
  /** Start and received time of the span that came first, microseconds: packed times count from there. */
  originStart: number;
  originReceived: number;
  /** Spans judged so far, resends not counted; the index of the next step. */
  released: number;
  /** Steps forgotten, the oldest first. */
  dropped: number;
  rootSpanId: string;
  /** The root may be only the topmost agent that was seen: its parent is elsewhere. */
  rootAssumed: boolean;
  /** Times that another span was taken for the root, or none any more. */
  rootChanges: number;
  /** Microseconds: earliest start, latest end, received time of the first span and of the last. */
  start: number;
  end: number;
  firstReceived: number;
  lastReceived: number;
  /** Log time of the last span, milliseconds. */
  lastSpanAt: number;
  /** Spans that do something for an agent: of any kind but `step`. Without any, the trace is no run. */
  agentic: number;
  llmCalls: number;
  toolCalls: number;
  /** Failed spans. */
  errors: number;
  /** Failed spans and those whose result is an error. */
  troubles: number;
  /** Inferences still to be listened to for a reaction to the last failure. */
  listening: number;
  inputTokens: number;
  /** Of the input tokens, those that were read from a provider's cache. */
  cachedTokens: number;
  outputTokens: number;
  costUsd: number;
  /** Spans that carry each kind of content, the counts behind `coverage`. */
  seen: {
    agent: number;
    session: number;
    arguments: number;
    results: number;
    tokens: number;
    parent: number;
    messages: number;
  };
  /** Conversation ids with their counts, at most 8. */
  conversations: Tally;
  /** Named agents with their counts, at most 32, first seen first. */
  agents: Tally;
  /** First seen, until the root says otherwise. */
  release: string;
  environment: string;
  workflow: string;
  userId: string;
  service: string;
  /** Runs this one links to, at most 16. */
  links: string[];
  /** Findings not reported because a pattern had its fill. */
  suppressed: Record<string, number>;
  judged: Judged | null;
  /** Spans came after `judged`. */
  reopened: boolean;
  continuation: number;
}

/** Inferences after a failure whose words may be a reaction to it. */
const LISTENED_TO = 8;

export function newMeta(span: Span): RunMeta {
  return {
    tenant: span.tenant,
    traceId: span.traceId,
    originStart: span.startTime,
    originReceived: span.receivedTime,
    released: 0,
    dropped: 0,
    rootSpanId: '',
    rootAssumed: false,
    rootChanges: 0,
    start: span.startTime,
    end: span.startTime,
    firstReceived: span.receivedTime,
    lastReceived: span.receivedTime,
    lastSpanAt: 0,
    agentic: 0,
    llmCalls: 0,
    toolCalls: 0,
    errors: 0,
    troubles: 0,
    listening: 0,
    inputTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    costUsd: 0,
    seen: { agent: 0, session: 0, arguments: 0, results: 0, tokens: 0, parent: 0, messages: 0 },
    conversations: newTally(),
    agents: newTally(),
    release: '',
    environment: '',
    workflow: '',
    userId: '',
    service: '',
    links: [],
    suppressed: {},
    judged: null,
    reopened: false,
    continuation: 0,
  };
}

function addLinks(meta: RunMeta, links: string): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(links);
  } catch {
    return;
  }
  if (!Array.isArray(parsed)) return;
  for (const link of parsed) {
    const traceId = link?.traceId;
    if (typeof traceId !== 'string' || traceId === meta.traceId) continue;
    if (meta.links.length < 16 && !meta.links.includes(traceId)) meta.links.push(traceId);
  }
}

/** What a span carries that its step does not show, as the lowest bits of a number: behind `seen`. */
const TOKENS = 1;
const MESSAGES = 2;
const ARGUMENTS = 4;
/** Above them, the input tokens that were read from a cache. */
const CACHED = 8;
const MOST_CACHED = 2 ** 48;

export const contentOf = ({ inputTokens, cacheReadTokens, outputMessages, toolArguments }: Span): number =>
  ((inputTokens === null ? 0 : TOKENS) |
    (outputMessages === '' ? 0 : MESSAGES) |
    (toolArguments === '' ? 0 : ARGUMENTS)) +
  CACHED * Math.min(Math.max(0, cacheReadTokens ?? 0), inputTokens ?? 0, MOST_CACHED);

/** Counts a step in: all that can be done again from what its slot holds. `nowMs`: log time at which it came. */
export function countStep(meta: RunMeta, step: Step, content: number, nowMs: number): void {
  meta.released++;
  meta.lastSpanAt = nowMs;
  if (step.start < meta.start) meta.start = step.start;
  if (step.end > meta.end) meta.end = step.end;
  if (step.receivedTime < meta.firstReceived) meta.firstReceived = step.receivedTime;
  if (step.receivedTime > meta.lastReceived) meta.lastReceived = step.receivedTime;
  if (step.failed) meta.errors++;
  if (isFailure(step)) {
    meta.troubles++;
    meta.listening = LISTENED_TO;
  } else if (step.kind === 'llm' && meta.listening > 0) meta.listening--;
  if (step.kind !== 'step') meta.agentic++;
  const { seen } = meta;
  if (step.kind === 'llm') {
    meta.llmCalls++;
    meta.inputTokens += step.inputTokens;
    meta.cachedTokens += Math.floor(content / CACHED);
    meta.outputTokens += step.outputTokens;
    meta.costUsd += step.costUsd;
    if ((content & TOKENS) !== 0) seen.tokens++;
    if ((content & MESSAGES) !== 0) seen.messages++;
  } else if (step.kind === 'tool') {
    meta.toolCalls++;
    if ((content & ARGUMENTS) !== 0) seen.arguments++;
    if (step.outcome !== 'unknown') seen.results++;
  }
  if (step.parentSpanId !== '') seen.parent++;
  if (step.conversation !== '') {
    seen.session++;
    count(meta.conversations, step.conversation, 8);
  }
  if (step.agent !== '') {
    seen.agent++;
    count(meta.agents, step.agent, 32);
  }
}

const TOLD = ['release', 'environment', 'workflow', 'userId', 'service'] as const;

/**
 * Takes what a span tells of its run that its step does not hold. `isRoot` lets what stands on it prevail.
 *
 * @returns whether it told anything new
 */
export function learn(meta: RunMeta, span: Span, isRoot: boolean): boolean {
  let isNew = false;
  for (const name of TOLD) {
    const told = span[name];
    if (told === '' || told === meta[name] || !(isRoot || meta[name] === '')) continue;
    meta[name] = told;
    isNew = true;
  }
  if (span.links === '') return isNew;
  const links = meta.links.length;
  addLinks(meta, span.links);
  return isNew || meta.links.length > links;
}

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

/** Counts a span in. `isRoot` lets what stands on it prevail. */
export function addToMeta(meta: RunMeta, step: Step, span: Span, isRoot: boolean, nowMs: number): void {
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
    meta.outputTokens += step.outputTokens;
    meta.costUsd += step.costUsd;
    if (span.inputTokens !== null) seen.tokens++;
    if (span.outputMessages !== '') seen.messages++;
  } else if (step.kind === 'tool') {
    meta.toolCalls++;
    if (span.toolArguments !== '') seen.arguments++;
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
  if (span.links !== '') addLinks(meta, span.links);
  if (span.release !== '' && (isRoot || meta.release === '')) meta.release = span.release;
  if (span.environment !== '' && (isRoot || meta.environment === '')) meta.environment = span.environment;
  if (span.workflow !== '' && (isRoot || meta.workflow === '')) meta.workflow = span.workflow;
  if (span.userId !== '' && (isRoot || meta.userId === '')) meta.userId = span.userId;
  if (span.service !== '' && (isRoot || meta.service === '')) meta.service = span.service;
}

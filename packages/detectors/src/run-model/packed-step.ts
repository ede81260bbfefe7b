import type { SpanKind } from '@spanwise/schemas';
import type { Step } from '../detector/step.ts';
import type { RequestedCall } from '../reading/requested-calls.ts';
import type { ResultOutcome } from '../reading/result-outcome.ts';
import type { RunMeta } from './run-meta.ts';
import { isUnresolved } from './step-of.ts';

/**
 * A step as its slot holds it, a third of the step's own JSON: what every step has, a mask of which of the other fields
 * differ from `OTHERS`, and those fields. Times count from the run's origin, kinds and outcomes by the numbers
 * below, which are never given anew; conversation and agent by their places in the run's tallies.
 */
export type PackedStep = unknown[];

const KINDS: Readonly<Record<SpanKind, number>> = {
  step: 0,
  agent: 1,
  llm: 2,
  tool: 3,
  retrieval: 4,
  memory: 5,
  handoff: 6,
  guardrail: 7,
  evaluator: 8,
};
const OUTCOMES: Readonly<Record<ResultOutcome, number>> = { unknown: 0, value: 1, empty: 2, error: 3 };
const REMOTE: readonly Step['remoteParent'][] = [null, false, true];

const KIND_NAMES = Object.keys(KINDS) as SpanKind[];
const OUTCOME_NAMES = Object.keys(OUTCOMES) as ResultOutcome[];

/** Fields that every step has: span id, parent, name, kind, start, duration, received time; then the mask. */
const ALWAYS = 7;
const RECEIVED = 6;

/** What the other fields are of a step that has nothing to say in them, in the order of the mask's bits. */
const OTHERS: readonly unknown[] = [
  0,
  '',
  '',
  '',
  '',
  '',
  '', // remote parent, conversation, agent, release, service, tool, tool call id
  false,
  '',
  '', // failed, error type, error message
  '',
  '',
  '',
  0,
  '',
  0, // arguments digest, request key, result digest, outcome, its detail and confidence
  null,
  '',
  '',
  0,
  0,
  0,
  '',
  '', // retry attempt, finish reason, model, tokens in and out, cost, handoff from and to
  0,
  '',
  0, // requested calls, said, argument values
  '',
  '', // given, stated
  0,
  0, // content, log time
];
const LOG_TIME = OTHERS.length - 1;
const CONTENT = LOG_TIME - 1;

/** What counts of a step that is no part of it. */
export interface StepCount {
  /** See `contentOf`. */
  content: number;
  /** Log time at which it came, milliseconds. */
  nowMs: number;
}

/** What log times are counted from: they come soon after. */
const receivedMs = (receivedUs: number): number => Math.floor(receivedUs / 1_000);

/** A name's place in a tally; a name that found no room there stands for itself. */
const placeIn = (names: readonly string[], name: string): number | string => {
  const at = name === '' ? -1 : names.indexOf(name);
  return at < 0 ? name : at;
};

const nameAt = (names: readonly string[], place: unknown): string =>
  typeof place === 'number' ? (names[place] ?? '') : (place as string);

type PackedCall = [id: string, name: string, argumentsDigest?: string, unparsed?: 1];

function packCall({ id, name, parses, argumentsDigest }: RequestedCall): PackedCall {
  if (!parses) return [id, name, argumentsDigest, 1];
  return argumentsDigest === '' ? [id, name] : [id, name, argumentsDigest];
}

const unpackCall = ([id, name, argumentsDigest = '', unparsed]: PackedCall): RequestedCall => ({
  id,
  name,
  parses: unparsed !== 1,
  argumentsDigest,
});

/** Where a step is packed before it is copied to its size: one for all, since packing is never interrupted. */
const scratch: unknown[] = [];

/** @param meta of the step's run, which has counted the step */
export function packStep(step: Step, { content, nowMs }: StepCount, meta: RunMeta): PackedStep {
  scratch[0] = step.spanId;
  scratch[1] = step.parentSpanId;
  scratch[2] = step.name;
  scratch[3] = KINDS[step.kind];
  scratch[4] = step.start - meta.originStart;
  scratch[5] = step.end - step.start;
  scratch[6] = step.receivedTime - meta.originReceived;
  let mask = 0;
  let length = ALWAYS + 1;
  let field = 0;
  /** The next of the other fields. */
  const other = (value: unknown): void => {
    if (value !== OTHERS[field]) {
      mask |= 1 << field;
      scratch[length++] = value;
    }
    field++;
  };
  other(REMOTE.indexOf(step.remoteParent));
  other(placeIn(meta.conversations.names, step.conversation));
  other(placeIn(meta.agents.names, step.agent));
  other(step.release);
  other(step.service);
  other(step.tool);
  other(step.toolCallId);
  other(step.failed);
  other(step.errorType);
  other(step.errorMessage);
  other(step.argumentsDigest);
  other(step.requestKey);
  other(step.resultDigest);
  other(OUTCOMES[step.outcome]);
  other(step.outcomeDetail);
  other(step.outcomeConfidence);
  other(step.retryAttempt);
  other(step.finishReason);
  other(step.model);
  other(step.inputTokens);
  other(step.outputTokens);
  other(step.costUsd);
  other(step.handoffFrom);
  other(step.handoffTo);
  other(step.requestedCalls.length > 0 ? step.requestedCalls.map(packCall) : 0);
  other(step.said);
  other(step.argumentValues.length > 0 ? step.argumentValues : 0);
  other(step.given);
  other(step.stated);
  other(content);
  other(nowMs - receivedMs(step.receivedTime));
  scratch[ALWAYS] = mask;
  return scratch.slice(0, length);
}

/** About as many characters as its JSON has. */
export function sizeOf(packed: PackedStep): number {
  let size = 2;
  for (const value of packed) {
    if (typeof value === 'string') size += value.length + 3;
    else size += Array.isArray(value) ? sizeOf(value) : 8;
  }
  return size;
}

/** What a packed step counts for; a log time with fractions may be off by some. */
export function countOf(packed: PackedStep, meta: RunMeta): StepCount {
  const mask = packed[ALWAYS] as number;
  let at = packed.length;
  const last = (field: number): number => ((mask & (1 << field)) === 0 ? 0 : (packed[--at] as number));
  const nowMs = receivedMs(meta.originReceived + (packed[RECEIVED] as number)) + last(LOG_TIME);
  return { content: last(CONTENT), nowMs };
}

/** @param index of the step, from its slot's name */
export function unpackStep(packed: PackedStep, index: number, meta: RunMeta): Step {
  const [spanId, parentSpanId, name] = packed as string[];
  const [kind, start, duration, received, mask] = packed.slice(3) as number[];
  if (spanId === undefined || parentSpanId === undefined || name === undefined || start === undefined) {
    throw new Error(`slot s/${index} holds no step: the state was written by something else`);
  }
  let at = ALWAYS;
  let field = -1;
  /** The next of the other fields. */
  const next = <T>(): T => {
    field += 1;
    if (((mask ?? 0) & (1 << field)) === 0) return OTHERS[field] as T;
    at += 1;
    return packed[at] as T;
  };
  const begin = meta.originStart + start;
  const step: Step = {
    index,
    spanId,
    parentSpanId,
    name,
    kind: KIND_NAMES[kind ?? 0] ?? 'step',
    start: begin,
    end: begin + (duration ?? 0),
    receivedTime: meta.originReceived + (received ?? 0),
    // In the order of OTHERS, which `next` goes through.
    remoteParent: REMOTE[next<number>()] ?? null,
    conversation: nameAt(meta.conversations.names, next()),
    agent: nameAt(meta.agents.names, next()),
    release: next(),
    service: next(),
    tool: next(),
    toolCallId: next(),
    failed: next(),
    errorType: next(),
    errorMessage: next(),
    argumentsDigest: next(),
    requestKey: next(),
    resultDigest: next(),
    outcome: OUTCOME_NAMES[next<number>()] ?? 'unknown',
    outcomeDetail: next(),
    outcomeConfidence: next(),
    retryAttempt: next(),
    finishReason: next(),
    model: next(),
    inputTokens: next(),
    outputTokens: next(),
    costUsd: next(),
    handoffFrom: next(),
    handoffTo: next(),
    requestedCalls: (next<PackedCall[] | 0>() || []).map(unpackCall),
    said: next(),
    argumentValues: next<string[] | 0>() || [],
    given: next(),
    stated: next(),
    unresolved: false,
  };
  step.unresolved = isUnresolved(step);
  return step;
}

import type { Measure, Span } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { hash64 } from '../identity-hash.ts';
import { answerIn, lastMessageOf, textOf } from '../reading/messages.ts';
import { nameWords } from '../reading/name-words.ts';
import { isCorrecting, isHedged, saysCannot } from '../reading/turn-words.ts';
import { accumulates, mayMake } from '../relations/effects.ts';

const MOST_TOOLS = 32;

const CHANGES = new Set(
  'update cancel delete modify remove change edit replace reset move rename close enable disable approve reject return exchange write'.split(
    ' ',
  ),
);

/** By its name the operation leaves the world another than before. */
const changes = (tool: string): boolean =>
  accumulates(tool) ||
  mayMake(tool) ||
  nameWords(tool)
    .slice(0, 2)
    .some((word) => CHANGES.has(word));

/** What is counted of a run for its measures. */
export interface MeasureState {
  /** Characters that users said. */
  asked: number;
  /** Digest of what a user said last: some send it again with every call. */
  lastAsked: string;
  /** Times that a user spoke. */
  turns: number;
  corrections: number;
  /** Characters of calls' arguments. */
  given: number;
  tools: string[];
  calls: number;
  failures: number;
  changes: number;
  repeated: number;
  /** Characters of answers. */
  answered: number;
  refusals: number;
  /** Of the last inference. */
  last: { hasText: boolean; isHedged: boolean; finishReason: string } | null;
}

export const noMeasures = (): MeasureState => ({
  asked: 0,
  lastAsked: '',
  turns: 0,
  corrections: 0,
  given: 0,
  tools: [],
  calls: 0,
  failures: 0,
  changes: 0,
  repeated: 0,
  answered: 0,
  refusals: 0,
  last: null,
});

/** Counts a span in; true where that changed the state. */
export function measureSpan(step: Step, span: Span, run: RunView, state: MeasureState): boolean {
  if (step.kind === 'llm') measureInference(step, span, state);
  else if (step.kind === 'tool') measureCall(step, span, run, state);
  else return false;
  return true;
}

function measureInference(step: Step, span: Span, state: MeasureState): void {
  const message = lastMessageOf(span.inputMessages);
  if (message?.role === 'user') {
    const text = textOf(message);
    const digest = hash64(text);
    if (text !== '' && digest !== state.lastAsked) {
      state.lastAsked = digest;
      state.asked += text.length;
      if (state.turns > 0 && isCorrecting(text)) state.corrections++;
      state.turns++;
    }
  }
  const answer = answerIn(span);
  state.answered += answer.length;
  if (saysCannot(answer)) state.refusals++;
  if (span.outputMessages !== '') {
    state.last = { hasText: answer.trim() !== '', isHedged: isHedged(answer), finishReason: step.finishReason };
  }
}

function measureCall(step: Step, span: Span, run: RunView, state: MeasureState): void {
  state.calls++;
  state.given += span.toolArguments.length;
  if (isFailure(step)) state.failures++;
  if (changes(step.tool)) state.changes++;
  if (state.tools.length < MOST_TOOLS && !state.tools.includes(step.tool)) state.tools.push(step.tool);
  if (step.argumentsDigest !== '' && run.sameArguments(step).length > 1) state.repeated++;
}

/** 0 for what is ordinary, in natural logarithms: one more is less than the first. */
const beyond = (amount: number, ordinary: number): number => Math.log((1 + amount / ordinary) / 2);

/**
 * What of a run speaks for or against its success, beside findings. A measure whose content was not captured is left out. The more was asked, given,
 * done and changed, the more can have gone wrong in a way that no span shows.
 */
export function measuresOf(state: MeasureState): Measure[] {
  const measures: Record<string, number> = {};
  if (state.asked > 0) {
    measures.request_size = beyond(state.asked, 400);
    measures.user_corrections = Math.log1p(state.corrections);
  }
  if (state.calls > 0) {
    measures.tools_used = beyond(state.tools.length, 3);
    measures.tool_failures = Math.log1p(state.failures);
    measures.repeated_calls = Math.log1p(state.repeated);
    measures.changes = Math.log1p(state.changes);
    if (state.given > 0) measures.arguments_size = beyond(state.given, 400);
  }
  if (state.last) {
    measures.answer_size = beyond(state.answered, 1_500);
    measures.refusals = Math.log1p(state.refusals);
    measures.no_answer = state.last.hasText ? 0 : 1;
    measures.hedged_answer = state.last.isHedged ? 1 : 0;
    measures.cut_answer = CUT.has(state.last.finishReason) ? 1 : 0;
  }
  return Object.entries(measures)
    .filter(([, value]) => value !== 0)
    .map(([name, value]) => ({ name, value: Math.round(value * 1e4) / 1e4 }));
}

const CUT = new Set(['length', 'content_filter', 'error']);

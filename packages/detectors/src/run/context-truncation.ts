import type { Span } from '@spanwise/schemas';
import type { Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import type { Step } from '../detector/step.ts';
import { AGENT } from '../detector/wording.ts';
import type { CriticalItem } from '../reading/critical-items.ts';
import { wasCut } from '../reading/messages.ts';
import { isCall, wrapsInference } from '../relations/calls.ts';
import { beginFlow, continueFlow, type Flow, flowOf } from '../relations/context-flows.ts';

const DESCRIPTION = describePattern({
  pattern: 'context_truncation',
  inShort: 'the context was cut, and something that matters is gone',
  claims: 'What a model was given, or what it gave, was cut, and something that matters is not there any more.',
  doesNotClaim: [
    'a compaction that keeps what the user stated',
    'anything where inputs were not captured or were cut by ingest, or where an instrumentation records only what ' +
      'is new: what is missing from a delta is not gone',
    'answers of a few tokens that the limit ends: classifications are meant to be short',
  ],
  needs: 'input messages, token counts and finish reasons of inferences',
  happened: 'the inference that was given less, was cut, or was refused',
  began: 'the same',
  evidence: {
    constraint_lost:
      'an identifier, number, date or prohibition that the user stated is in no message of a later input whose ' +
      'history was dropped or compacted; expected: what was stated; numbers `lost`, `kept`, `inputTokens`, ' +
      '`inputTokensBefore`',
    output_limit: 'the output limit cut an answer; number `outputTokens`',
    context_overflow: 'the model refused an input as too long; seen: its words; number `inputTokens`',
  },
  severity: {
    low: 'a cut answer that the agent went on from; a single number lost',
    medium: 'an overflow, a cut tool call, a cut last answer, a lost constraint that is more than one number',
  },
  published: ['MAST 1.4', 'TRAIL context handling failures'],
  settings: {
    keptShare: setting.share(
      0.8,
      'an input with less than this share of the former one’s tokens has lost some',
      'tokenizers and rewording account for less',
    ),
    shortAnswerTokens: setting.amount(
      16,
      'answers of up to so many tokens are meant to be short',
      'classifications and yes or no',
    ),
  },
});

type ContextTruncationSettings = setting.SettingsOf<typeof DESCRIPTION.settings>;

const OVERFLOW =
  /context[ _-]?(?:length|window)[ _-]?(?:exceeded|limit)|exceed\w* (?:the )?(?:model'?s? )?(?:maximum )?context|maximum context length|(?:prompt|input) is too long|too many (?:input )?tokens|input token count .{0,60} exceeds/i;

/** Characters per token below which the recorded input cannot be all that the model was given. */
const LEAST_CHARACTERS_PER_TOKEN = 2;

interface State {
  flows: Flow[];
}

export const contextTruncation = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  function judgeInput(step: Step, span: Span, run: RunView, state: State, reporter: Reporter): boolean {
    const flow = flowOf(step, span, run, state.flows);
    if (!flow) return beginFlow(step, span, state.flows);
    const before = inferenceBefore(step, flow, run);
    const tokensBefore = before?.inputTokens ?? 0;
    const shrank = step.inputTokens > 0 && step.inputTokens < settings.keptShare * tokensBefore;
    const isGone = flow.request !== '' && !span.inputMessages.includes(flow.request);
    const isWhole = flow.repeatsHistory || (shrank && recordsAll(span, step));
    let lost: CriticalItem[] = [];
    if (isWhole && (shrank || isGone || span.contextCompacted)) {
      lost = flow.items.filter((item) => !isStill(item, span));
      if (lost.length > 0) reportLost(step, flow, lost, tokensBefore, reporter);
      flow.items = flow.items.filter((item) => !lost.includes(item));
    }
    return continueFlow(flow, step, span) || lost.length > 0;
  }

  return {
    initialState: () => ({ flows: [] }),

    onSpan(step, span, run, state, reporter) {
      if (step.kind !== 'llm' || wrapsInference(step, run)) return false;
      if (step.failed) {
        if (OVERFLOW.test(step.errorMessage) || OVERFLOW.test(step.errorType)) reportOverflow(step, reporter);
        return false;
      }
      if (step.finishReason === 'length' && !isShort(step, settings)) reportLimit(step, false, reporter);
      if (span.inputMessages === '' || wasCut(span, 'inputMessages')) return false;
      return judgeInput(step, span, run, state, reporter);
    },

    onRunEnd(_end, run, _state, reporter) {
      for (const step of run.steps) {
        if (step.kind !== 'llm' || step.failed || step.finishReason !== 'length' || isShort(step, settings)) continue;
        if (!wrapsInference(step, run)) reportLimit(step, isLast(step, run), reporter);
      }
      return false;
    },
  };
});

const isShort = (step: Step, settings: ContextTruncationSettings): boolean =>
  step.outputTokens > 0 && step.outputTokens <= settings.shortAnswerTokens;

/** Nothing was done or said after it. */
const isLast = (step: Step, run: RunView): boolean =>
  !run.steps.some(
    (other) =>
      run.startOf(other) >= run.endOf(step) && (isCall(other) || other.kind === 'llm' || other.kind === 'handoff'),
  );

/** The latest inference before this one that stands at the same place as it or as the conversation's first. */
function inferenceBefore(step: Step, flow: Flow, run: RunView): Step | undefined {
  for (let i = run.steps.length - 1; i >= 0; i--) {
    const other = run.steps[i];
    if (
      !other ||
      other === step ||
      other.kind !== 'llm' ||
      other.failed ||
      run.endOf(other) > run.startOf(step) + 1_000
    )
      continue;
    const isSame = step.agent !== '' ? other.agent === step.agent : other.parentSpanId === step.parentSpanId;
    if (isSame || other.spanId === flow.began) return other;
  }
  return undefined;
}

/** The recorded input is long enough to be all that the model was given. */
const recordsAll = (span: Span, step: Step): boolean =>
  step.inputTokens > 0 &&
  span.inputMessages.length + span.systemInstructions.length >= LEAST_CHARACTERS_PER_TOKEN * step.inputTokens;

const isStill = (item: CriticalItem, span: Span): boolean =>
  item.anyOf.some((text) => span.inputMessages.includes(text) || span.systemInstructions.includes(text));

function reportLost(step: Step, flow: Flow, lost: readonly CriticalItem[], before: number, reporter: Reporter): void {
  const stated = lost.map((item) => item.stated);
  const isGrave = lost.length > 1 || lost.some((item) => item.kind !== 'number');
  reporter.report({
    key: `lost ${step.spanId}`,
    span: step,
    rootCause: step,
    severity: isGrave ? 'medium' : 'low',
    confidence: 0.85,
    summary: `${AGENT} no longer sees what its user stated: ${stated.slice(0, 4).join(', ')}${
      before > step.inputTokens && step.inputTokens > 0
        ? ` (input cut from ${before} to ${step.inputTokens} tokens)`
        : ''
    }`,
    evidence: {
      type: 'constraint_lost',
      expected: stated,
      numbers: {
        lost: lost.length,
        kept: flow.items.length - lost.length,
        inputTokens: step.inputTokens,
        inputTokensBefore: before,
      },
      spans: [flow.began, step.spanId],
    },
  });
}

function reportLimit(step: Step, isLastOne: boolean, reporter: Reporter): void {
  const cutCall = step.requestedCalls.length > 0;
  reporter.report({
    key: `limit ${step.spanId}`,
    span: step,
    rootCause: step,
    severity: cutCall || isLastOne ? 'medium' : 'low',
    confidence: 0.9,
    summary: `the output limit cut ${cutCall ? 'a tool call' : isLastOne ? 'the last answer' : 'an answer'} of ${AGENT}${
      step.outputTokens > 0 ? ` after ${step.outputTokens} tokens` : ''
    }`,
    evidence: { type: 'output_limit', seen: step.finishReason, numbers: { outputTokens: step.outputTokens } },
  });
}

function reportOverflow(step: Step, reporter: Reporter): void {
  reporter.report({
    key: `overflow ${step.spanId}`,
    span: step,
    rootCause: step,
    severity: 'medium',
    confidence: 0.95,
    summary: `the model of ${AGENT} refused an input that is longer than its context`,
    evidence: { type: 'context_overflow', seen: step.errorMessage, numbers: { inputTokens: step.inputTokens } },
  });
}

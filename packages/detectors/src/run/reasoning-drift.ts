import type { Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import type { Step } from '../detector/step.ts';
import { AGENT } from '../detector/wording.ts';
import { wasCut } from '../reading/messages.ts';
import { addWords, type TopicWords, topicText, wasSeen } from '../reading/topic-words.ts';
import { wordsSaidOn } from '../reading/words-said.ts';
import { wrapsInference } from '../relations/calls.ts';
import {
  addResult,
  addToMean,
  backOnGoal,
  isAtWork,
  MOST_WORDS,
  mergedWords,
  type Stream,
  similarityOf,
  streamOf,
  valuesGiven,
} from '../relations/topic-streams.ts';

const DESCRIPTION = describePattern({
  pattern: 'reasoning_drift',
  inShort: 'what an agent says and does loses the request',
  claims:
    'What an agent says and does loses the request and does not come back to it. Each inference is compared with ' +
    "the goal: the cosine of the words in its text, reasoning and arguments and those of the user's messages and " +
    "the agent's own first answer, common words and values that the user did not give left out (a run is too small a " +
    'corpus for weights by frequency). Judged is a change, not a level: a one-sided CUSUM (Page 1954) over how far below the first ' +
    "inferences' mean each one falls.",
  doesNotClaim: [
    'a change of subject by the user: a new message begins anew',
    'work that goes into what it found: the inferences must speak mostly of what no message, result or earlier ' +
      'answer had',
    'work with values that the user gave, or that were found while the agent was at its work',
    'words about a failure; short steps; a digression of one or two steps',
    'an agent whose words never were close to the request',
    'anything where inferences of one conversation overlap or came out of order: what changed after what is not ' +
      'known then',
  ],
  needs: 'the content of messages',
  happened: 'the first inference after the change',
  began: 'the same',
  evidence: {
    off_goal:
      'numbers `before`, `after` (mean similarity), `below` (inferences since the change), `scored` (inferences ' +
      'seen), `novelty`; spans: the inferences since the change',
  },
  severity: {
    medium: 'always',
  },
  published: ['MAST 2.3', 'TRAIL goal deviation'],
  settings: {
    baseline: setting.count(
      2,
      'inferences by which the agent’s own similarity is known',
      'the plan and the first step; more would miss an early change',
    ),
    steps: setting.count(3, 'inferences on end that must be below', 'one or two are a digression'),
    keptShare: setting.share(
      0.5,
      'share of the mean that an inference must fall below to count',
      'similarity of single steps varies by half',
    ),
    threshold: setting.amount(
      1,
      'sum of what is missing, in means, beyond the allowed, at which it is decided',
      'two steps without anything of the request, or more with a little',
    ),
    leastMean: setting.share(
      0.12,
      'least mean similarity that can be lost',
      'below it the words never were those of the request',
    ),
    novelty: setting.share(
      0.6,
      'share of the words of the first inference after the change that must be new; of those that follow, half of it',
      'without it 9 of 601 recorded runs of real agents had a false finding, with it and without words about failures none',
    ),
  },
});

/** Words without which an inference says too little to be compared. */
const LEAST_WORDS = 3;
const MOST_SPANS = 12;
const MEAN_OF = 4;
const NEW_PER_STEP = 2.5;
const TICK = 1_000;

interface State {
  streams: Stream[];
}

export const reasoningDrift = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  /** Takes in how close an inference is to the goal, and tells where it decides. */
  function score(stream: Stream, step: Step, words: TopicWords, run: RunView, reporter: Reporter): void {
    const goal = new Set(stream.goal);
    const similarity = similarityOf(words, goal);
    stream.scored += 1;
    if (stream.known < settings.baseline) {
      addToMean(stream, similarity);
      // What the agent says first is its plan.
      if (stream.known === 1) stream.goal = mergedWords(stream.goal, words);
      return;
    }
    const mean = stream.sum / stream.known;
    if (mean < settings.leastMean) return;
    const missing = (mean - similarity) / mean - (1 - settings.keptShare);
    if (missing <= 0) {
      backOnGoal(stream);
      if (stream.known < MEAN_OF) addToMean(stream, similarity);
      return;
    }
    const fresh = words.filter((word) => !goal.has(word) && !wasSeen(stream.seen, word));
    const novelty = fresh.length / words.length;
    if (stream.below.length === 0) stream.novelty = novelty;
    if (novelty < (stream.below.length === 0 ? settings.novelty : settings.novelty / 2)) {
      backOnGoal(stream);
      return;
    }
    stream.cusum += missing * 2;
    stream.belowSum += similarity;
    stream.fresh = mergedWords(stream.fresh, fresh);
    stream.below.push(step.spanId);
    if (stream.below.length > MOST_SPANS) stream.below.splice(1, 1);
    // Who says the same again ("next page") has not turned to anything.
    const isOther = stream.fresh.length >= NEW_PER_STEP * stream.below.length;
    if (isOther && stream.below.length >= settings.steps && stream.cusum >= settings.threshold)
      tell(stream, run, reporter);
  }

  return {
    initialState: () => ({ streams: [] }),

    onSpan(step, span, run, state, reporter) {
      if (step.kind === 'tool') return addResult(step, span, state.streams);
      if (step.kind !== 'llm' || step.failed || span.inputMessages === '' || span.outputMessages === '') return false;
      if (wasCut(span, 'outputMessages') || wrapsInference(step, run)) return false;
      const stream = streamOf(step, span, state.streams);
      if (!stream) return false;
      if (run.startOf(step) < stream.latest - TICK && !stream.unordered) {
        stream.unordered = true;
        reporter.withdraw(stream.reported);
      }
      stream.latest = Math.max(stream.latest, run.startOf(step));
      if (stream.unordered) return true;
      const said = topicText(wordsSaidOn(span), MOST_WORDS);
      const words = [...said.words, ...valuesGiven(stream, said)];
      // Words about a failure belong to no subject.
      const isScored = words.length >= LEAST_WORDS && stream.goal.length > 0 && step.said !== 'trouble';
      if (stream.known > 0 && isAtWork(stream, said)) {
        backOnGoal(stream);
        // Whoever works with a value that was found need not repeat the words of the request.
        const mean = stream.sum / stream.known;
        if (stream.known < settings.baseline)
          addToMean(stream, Math.max(mean, similarityOf(words, new Set(stream.goal))));
      } else if (isScored) score(stream, step, words, run, reporter);
      // What the agent says at its work is part of the work from then on.
      if (stream.below.length === 0) addWords(stream.seen, words);
      return true;
    },

    onRunEnd: () => false,

    isBlind: (run, state) => state.streams.length === 0 && run.steps.some(({ kind }) => kind === 'llm'),
  };
});

const rounded = (value: number): number => Math.round(value * 100) / 100;

function tell(stream: Stream, run: RunView, reporter: Reporter): void {
  const first = run.stepOf(stream.reported || (stream.below[0] ?? ''));
  if (!first) return;
  stream.reported = first.spanId;
  const steps = stream.below.length;
  const [before, after] = [stream.sum / stream.known, stream.belowSum / steps];
  reporter.report({
    key: first.spanId,
    span: first,
    rootCause: first,
    severity: 'medium',
    confidence: after === 0 ? 0.75 : 0.65,
    summary: `${AGENT} has drifted off the request for ${steps} steps: the similarity of its words to it fell from ${rounded(before)} to ${rounded(after)}`,
    evidence: {
      type: 'off_goal',
      expected: `similarity to the request near ${rounded(before)}`,
      seen: rounded(after),
      numbers: {
        before: rounded(before),
        after: rounded(after),
        below: steps,
        scored: stream.scored,
        novelty: rounded(stream.novelty),
      },
      spans: stream.below.slice(0, MOST_SPANS),
    },
  });
}

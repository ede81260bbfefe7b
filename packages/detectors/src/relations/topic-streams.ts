import type { Span } from '@spanwise/schemas';
import type { Step } from '../detector/step.ts';
import { hash64 } from '../identity-hash.ts';
import { conversationKey } from '../reading/conversation-key.ts';
import { lastMessageOf, messagesOf, textOf } from '../reading/messages.ts';
import {
  addSeen,
  noWords,
  type SeenWords,
  type TopicText,
  type TopicWords,
  topicWords,
  wasSeen,
} from '../reading/topic-words.ts';
import { mayEndAs } from '../reading/unparsed-messages.ts';

const MOST_STREAMS = 4;
const MOST_GOAL = 64;
/** Words that are kept of a text. */
export const MOST_WORDS = 48;
/** New words of a user by which the goal is another one. */
const NEW_GOAL = 3;
/** Short numbers that must be known before it is no chance. */
const LEAST_NUMBERS = 2;
/** Characters read of what is heard. */
const MOST_HEARD = 1_024;

/** What an agent says to one request, and how close to it that stays. Part of a detector's state, plain JSON. */
export interface Stream {
  /** Digest of how its conversation began. */
  key: string;
  agent: string;
  goal: TopicWords;
  seen: SeenWords;
  /** The result of a call was read off its span: it need not be read again where the next input repeats it. */
  fed: boolean;
  /** Digest of the user's last message. */
  last: string;
  /** Inferences that the mean is of, and their sum. */
  known: number;
  sum: number;
  scored: number;
  cusum: number;
  /** Inferences since the change. */
  below: string[];
  belowSum: number;
  /** New words in the inferences since the change. */
  fresh: TopicWords;
  novelty: number;
  reported: string;
  /** Start of the latest inference, microseconds. */
  latest: number;
  /** Inferences came out of order, or side by side: what changed after what is not known. */
  unordered: boolean;
}

/** The agent is at its work, and what was known of a change is void. */
export function backOnGoal(stream: Stream): void {
  stream.cusum = 0;
  stream.below = [];
  stream.belowSum = 0;
  stream.fresh = [];
}

/** Values that the user gave. */
export const valuesGiven = ({ goal }: Stream, { identifiers, numbers }: TopicText): TopicWords =>
  [...identifiers, ...numbers].filter((value) => goal.includes(value));

/** An inference works with what the user gave or what was found, rather than with values of its own. */
export function isAtWork({ goal, seen }: Stream, { identifiers, numbers }: TopicText): boolean {
  const isKnown = (value: number): boolean => goal.includes(value) || wasSeen(seen, value);
  const known = identifiers.filter(isKnown).length;
  if (known > 0) return 2 * known >= identifiers.length;
  return identifiers.length === 0 && numbers.filter(isKnown).length >= Math.max(LEAST_NUMBERS, numbers.length / 2);
}

export function similarityOf(words: TopicWords, goal: ReadonlySet<number>): number {
  const shared = words.filter((word) => goal.has(word)).length;
  return shared === 0 ? 0 : shared / Math.sqrt(words.length * goal.size);
}

export function addToMean(stream: Stream, similarity: number): void {
  stream.known += 1;
  stream.sum += similarity;
}

export const mergedWords = (words: TopicWords, more: TopicWords): TopicWords =>
  [...new Set([...words, ...more])].slice(0, MOST_GOAL);

const digest = (text: string): string => hash64(text).slice(0, 8);

/** The stream that an inference goes on with, brought up to what its input says; undefined where none has begun. */
export function streamOf(step: Step, span: Span, streams: Stream[]): Stream | undefined {
  const input = span.inputMessages;
  const key = conversationKey(input);
  const own = (stream: Stream): boolean => stream.agent === step.agent;
  let stream = streams.findLast((one) => own(one) && (key === '' || one.key === key));
  const isUsers = key !== '' && mayEndAs('user', input);
  const message = isUsers ? lastMessageOf(input) : undefined;
  const text = message?.role === 'user' ? textOf(message) : '';
  if (!stream) {
    if (key === '') return undefined;
    stream = newStream(key, step.agent);
    for (const one of messagesOf(input))
      if (one.role === 'user') stream.goal = mergedWords(topicWords(textOf(one), MOST_WORDS), stream.goal);
    stream.last = digest(text);
    streams.push(stream);
    if (streams.length > MOST_STREAMS) streams.shift();
  } else if (text !== '' && digest(text) !== stream.last) {
    stream.last = digest(text);
    turnTo(stream, topicWords(text, MOST_WORDS));
  }
  if (stream.below.length === 0 && (text !== '' || !stream.fed))
    addSeen(stream.seen, text === '' ? input : text, MOST_HEARD);
  stream.fed = false;
  return stream;
}

/** What was found is part of the work, unless it was looked for off the goal. */
export function addResult(step: Step, span: Span, streams: readonly Stream[]): boolean {
  const stream =
    span.toolResult === '' ? undefined : streams.findLast((one) => step.agent === '' || one.agent === step.agent);
  if (!stream || stream.below.length > 0) return false;
  addSeen(stream.seen, span.toolResult, MOST_HEARD);
  stream.fed = true;
  return true;
}

const newStream = (key: string, agent: string): Stream => ({
  key,
  agent,
  goal: [],
  seen: noWords(),
  fed: false,
  last: '',
  known: 0,
  sum: 0,
  scored: 0,
  cusum: 0,
  below: [],
  belowSum: 0,
  fresh: [],
  novelty: 0,
  reported: '',
  latest: 0,
  unordered: false,
});

/** The user said something: what is new in it is a goal, too, and where it is more than a word, all begins anew. */
function turnTo(stream: Stream, words: TopicWords): void {
  const isOther = words.filter((word) => !stream.goal.includes(word)).length >= NEW_GOAL;
  stream.goal = mergedWords(words, stream.goal);
  if (!isOther) return;
  Object.assign(stream, {
    known: 0,
    sum: 0,
    cusum: 0,
    below: [],
    belowSum: 0,
    fresh: [],
    reported: '',
    unordered: false,
  });
}

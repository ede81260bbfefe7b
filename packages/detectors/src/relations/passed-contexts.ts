import type { Span } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { agentKey } from '../reading/agent-key.ts';
import { type ContextItem, contextItems, marksOf } from '../reading/context-items.ts';
import { messagesOf, textOf, wasCut } from '../reading/messages.ts';
import { wrapsInference } from './calls.ts';
import { encloses } from './enclosure.ts';
import type { Handoff } from './handoffs.ts';

/** What an agent was given to begin with. Plain JSON. */
export interface GivenContext {
  spanId: string;
  items: ContextItem[];
  /** See `marksOf`. */
  marks: string;
}

const MOST_CONTEXTS = 8;
const TICK = 1_000;
const ASSISTANT = /"role": ?"assistant"/;

/**
 * Takes note of the inference with which an agent begins: its input has a user's message and no answer yet. One whose input repeats
 * the conversation of the agent before it lost nothing and is not noted. True where it was noted.
 *
 * @param isPassed something in the run may be a handoff: until then, nothing but the first begins at one place
 */
export function noteContext(
  contexts: GivenContext[],
  step: Step,
  span: Span,
  run: RunView,
  isPassed: boolean,
): boolean {
  const { inputMessages } = span;
  const first = run.stepOf(contexts[0]?.spanId ?? '');
  if (first && !isPassed && step.parentSpanId === first.parentSpanId && step.agent === first.agent) return false;
  if (step.kind !== 'llm' || inputMessages === '' || contexts.length >= MOST_CONTEXTS) return false;
  if (ASSISTANT.test(inputMessages) || wasCut(span, 'inputMessages') || wrapsInference(step, run)) return false;
  const asked: string[] = [];
  for (const message of messagesOf(inputMessages)) if (message.role === 'user') asked.push(textOf(message));
  const text = asked.join('\n');
  if (text === '') return false;
  contexts.push({ spanId: step.spanId, items: contextItems(text), marks: marksOf(text) });
  return true;
}

interface Begun extends GivenContext {
  step: Step;
  agent: string;
}

/** A handoff with what its two agents were given; undefined where that was not seen. */
export interface Hop<T> {
  handoff: Handoff<T>;
  before: GivenContext | undefined;
  after: GivenContext | undefined;
  /** Place of the handoff by which the work had come to the one who hands over; −1 for none. */
  previous: number;
}

/** @param handoffs by start */
export function hopsOf<T>(handoffs: readonly Handoff<T>[], contexts: readonly GivenContext[], run: RunView): Hop<T>[] {
  const begun: Begun[] = [];
  for (const context of contexts) {
    const step = run.stepOf(context.spanId);
    if (step) begun.push({ ...context, step, agent: agentKey(run.agentOf(step)) });
  }
  begun.sort((a, b) => run.startOf(a.step) - run.startOf(b.step) || (a.spanId < b.spanId ? -1 : 1));
  return handoffs.map((handoff, i) => {
    const at = run.startOf(handoff.step);
    const isAfter = ({ step, agent }: Begun): boolean =>
      run.startOf(step) >= at - TICK &&
      (handoff.nested ? encloses(handoff.step.spanId, step, run) : agent === handoff.to);
    return {
      handoff,
      before: begun.findLast(({ step, agent }) => agent === handoff.from && run.startOf(step) <= at),
      after: begun.find(isAfter),
      previous: handoff.from === '' ? -1 : handoffs.findLastIndex((other, n) => n < i && other.to === handoff.from),
    };
  });
}

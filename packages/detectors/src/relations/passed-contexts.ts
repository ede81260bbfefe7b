import type { Span } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { agentKey } from '../reading/agent-key.ts';
import { type ContextItem, contextItems, marksOf } from '../reading/context-items.ts';
import { lastMessageOf, messagesOf, textOf, wasCut } from '../reading/messages.ts';
import { mayEndAs } from '../reading/unparsed-messages.ts';
import { wrapsInference } from './calls.ts';
import { encloses } from './enclosure.ts';
import type { Handoff } from './handoffs.ts';

/** What an agent was given to begin with. Plain JSON. */
export interface GivenContext {
  spanId: string;
  items: ContextItem[];
  /** See `marksOf`. */
  marks: string;
  /** There were answers before: the agent goes on with a conversation, or was handed all of it. */
  continues: boolean;
}

const MOST_CONTEXTS = 8;
const TICK = 1_000;
const ASSISTANT = /"role": ?"assistant"/;

/**
 * Takes note of the inference with which an agent begins: its input has a user's message and no answer yet, or, where the run goes on
 * with a conversation, a user's message after the answers of before. One whose input repeats the conversation of the agent before it
 * lost nothing: it is not noted, or not looked at. True where it was noted.
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
  if (wasCut(span, 'inputMessages')) return false;
  const continues = ASSISTANT.test(inputMessages);
  if (continues && (!mayEndAs('user', inputMessages) || (first && run.startOf(first) <= run.startOf(step))))
    return false;
  if (wrapsInference(step, run)) return false;
  const asked: string[] = [];
  for (const message of continues ? [lastMessageOf(inputMessages)] : messagesOf(inputMessages))
    if (message?.role === 'user') asked.push(textOf(message));
  const text = asked.join('\n');
  if (text === '') return false;
  contexts.push({ spanId: step.spanId, items: contextItems(text), marks: marksOf(text), continues });
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
  // Only the run as a whole goes on with a conversation; whoever comes later with answers was handed all of it.
  const isBeginning = (one: Begun): boolean => !one.continues || one === begun[0];
  return handoffs.map((handoff, i) => {
    const at = run.startOf(handoff.step);
    const isAfter = ({ step, agent, continues }: Begun): boolean =>
      !continues &&
      run.startOf(step) >= at - TICK &&
      (handoff.nested ? encloses(handoff.step.spanId, step, run) : agent === handoff.to);
    return {
      handoff,
      before: begun.findLast((one) => isBeginning(one) && one.agent === handoff.from && run.startOf(one.step) <= at),
      after: begun.find(isAfter),
      previous: handoff.from === '' ? -1 : handoffs.findLastIndex((other, n) => n < i && other.to === handoff.from),
    };
  });
}

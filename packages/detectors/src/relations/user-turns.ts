import type { Span } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { lastMessageOf, textOf } from '../reading/messages.ts';
import { endsWithUsersText } from '../reading/unparsed-messages.ts';
import { isAct } from './calls.ts';
import { endedBefore } from './recent-steps.ts';

/** Span ids of the inferences whose input ends with words of a user, the latest. */
export type UserWords = string[];

const MOST_NOTED = 16;

/** Notes an inference to which a user has spoken; true where it was one. */
export function noteUserWords(step: Step, span: Span, words: UserWords): boolean {
  if (step.kind !== 'llm' || span.inputMessages === '' || !endsWithUsersText(span.inputMessages)) return false;
  words.push(step.spanId);
  if (words.length > MOST_NOTED) words.shift();
  return true;
}

const SEVERAL =
  /\b(?:two|twice|both|three|four|several|again|another|second|each|2x|x2|2 times|zwei(?:mal)?|nochmal|deux(?: fois)?|encore|dos(?: veces)?|otra vez)\b/i;

/** A user asks for more than one of a thing, or for it again. */
export function asksForSeveral(span: Span): boolean {
  const message = lastMessageOf(span.inputMessages);
  return message !== undefined && SEVERAL.test(textOf(message));
}

/**
 * A user's turn begins with this inference: an answer came before it. Results and tasks of sub-agents, which many frameworks pass on
 * as a user's messages, follow a call or a request.
 */
function beginsTurn(step: Step, run: RunView): boolean {
  const [before] = endedBefore(step, run, (other) => other.kind === 'llm' || isAct(other));
  return before !== undefined && before.kind === 'llm' && before.requestedCalls.length === 0;
}

/** A user spoke after one step had ended and before another began. */
export const userSpokeBetween = (from: Step, to: Step, run: RunView, words: UserWords): boolean =>
  words.some((spanId) => {
    const step = run.stepOf(spanId);
    if (!step || run.startOf(step) < run.endOf(from) - 1_000 || run.startOf(step) > run.startOf(to)) return false;
    return beginsTurn(step, run);
  });

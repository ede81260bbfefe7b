import type { Span } from '@spanwise/schemas';
import type { Reporter } from '../detector/detector.ts';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { AGENT, times } from '../detector/wording.ts';
import { hash64 } from '../identity-hash.ts';
import { messagesOf, substanceOf, textOf, wasCut } from '../reading/messages.ts';
import { endsWithUsersText, openingOf, substanceOfLast } from '../reading/unparsed-messages.ts';
import { isCall, wrapsInference } from '../relations/calls.ts';
import { cyclesIn } from './cycles.ts';

/** Index of an inference's step, digests of its output and of the last message of its input. */
export type Spoken = [index: number, output: string, input: string];

interface Turns {
  turn: string;
  userTexts: string[];
  spoken: Spoken[];
}

const MOST_USER_TEXTS = 8;
const MOST_SPOKEN = 12;
/** Shorter answers ("Done.", a class label) repeat lawfully. */
const SUBSTANTIAL = 64;
const TEXT_REPEATS = 4;
const REQUEST_REPEATS = 5;
const MAX_PERIOD = 3;

const digest = (text: string): string => hash64(text).slice(0, 8);

let latest = { input: '', digest: '' };

/** Digest of what the last message of an input says; that of the latest input is remembered, since it is asked for twice. */
function digestOfLast(input: string): string {
  if (latest.input !== input) latest = { input, digest: digest(substanceOfLast(input)) };
  return latest.digest;
}

/**
 * Notes where a user speaks: an inference that follows an answer in words, and whose last input is a user's text that was
 * not said before, begins a turn. (Many frameworks pass results and tasks of sub-agents on as user messages; those follow
 * a call or a request.) True where one begins.
 */
export function turnBegins(step: Step, span: Span, run: RunView, turns: Turns): boolean {
  const before = actBefore(step, run);
  if (before && (before.kind !== 'llm' || before.requestedCalls.length > 0)) return false;
  if (!endsWithUsersText(span.inputMessages)) return false;
  const said = digestOfLast(span.inputMessages);
  if (turns.userTexts.includes(said)) return false;
  turns.userTexts.push(said);
  if (turns.userTexts.length > MOST_USER_TEXTS) turns.userTexts.shift();
  if (run.startOf(step) >= startOfTurn(turns.turn, run)) turns.turn = step.spanId;
  return true;
}

/** Microseconds; where the turn began before everything that is remembered, all of it is of the turn. */
export function startOfTurn(turn: string, run: RunView): number {
  const step = turn === '' ? undefined : run.stepOf(turn);
  return step ? run.startOf(step) : Number.NEGATIVE_INFINITY;
}

function actBefore(step: Step, run: RunView): Step | undefined {
  for (let i = run.steps.length - 1; i >= 0; i--) {
    const other = run.steps[i];
    if (!other || other === step || run.endOf(other) > run.startOf(step) + 1_000) continue;
    if (other.kind === 'llm' || other.kind === 'handoff' || isCall(other)) return other;
  }
  return undefined;
}

/**
 * Loops that only the model's output shows: the same answer to the same input, or the same request where tools have no
 * spans of their own. True where something was noted.
 */
export function spokenIn(step: Step, span: Span, run: RunView, turns: Turns, reporter: Reporter): boolean {
  if (span.outputMessages === '' || span.inputMessages === '' || step.failed) return false;
  if (wasCut(span, 'outputMessages') || wrapsInference(step, run)) return false;
  const asks = step.requestedCalls.length > 0;
  if (asks ? run.calls > 0 : !saysSomething(span.outputMessages)) return false;
  // The ids of calls differ where nothing else does; an answer in words has none.
  const said = asks ? messagesOf(span.outputMessages).map(substanceOf).join('\n') : span.outputMessages;
  const output = digest(said);
  const isNew = turns.spoken.every((spoken) => spoken[1] !== output);
  turns.spoken.push([step.index, output, digestOfLast(span.inputMessages)]);
  if (turns.spoken.length > MOST_SPOKEN) turns.spoken.shift();
  if (isNew) return true;

  const stepAt = ([index]: Spoken) => run.steps[index - run.droppedSteps];
  const turnStart = startOfTurn(turns.turn, run);
  const current = turns.spoken.filter((spoken) => {
    const then = stepAt(spoken);
    return then !== undefined && run.startOf(then) >= turnStart && then.requestedCalls.length > 0 === asks;
  });
  const repeats = asks ? REQUEST_REPEATS : TEXT_REPEATS;
  const tokens = current.map(([, output, input]) => `${output} ${input}`);
  for (const cycle of cyclesIn(tokens, MAX_PERIOD, () => repeats)) {
    const steps = current
      .slice(cycle.from, cycle.to)
      .map(stepAt)
      .filter((then) => then !== undefined);
    const at = steps[repeats * cycle.period - 1];
    const repetition = steps[cycle.period];
    if (!at || !repetition || (!asks && actedBetween(steps, run))) continue;
    reporter.report({
      key: `spoken ${at.spanId}`,
      span: at,
      rootCause: repetition,
      severity: asks ? 'medium' : 'low',
      confidence: asks ? 0.8 : 0.6,
      summary: asks
        ? `${AGENT} asked for ${at.requestedCalls[0]?.name ?? 'the same call'} ${times(repeats)} and got the same answer`
        : `${AGENT} gave the same answer ${times(repeats)} to the same input`,
      evidence: {
        type: asks ? 'repeated_requests' : 'repeated_text',
        expected: 'a request or an answer that moves on, or an end',
        numbers: { period: cycle.period, repeats },
        spans: steps.slice(0, 32).map((then) => then.spanId),
      },
    });
  }
  return true;
}

function saysSomething(output: string): boolean {
  if (output.length < SUBSTANTIAL) return false;
  const opening = openingOf(output, SUBSTANTIAL);
  if (opening !== undefined) return opening.length >= SUBSTANTIAL;
  return messagesOf(output).reduce((sum, message) => sum + textOf(message).length, 0) >= SUBSTANTIAL;
}

function actedBetween(spoken: readonly Step[], run: RunView): boolean {
  const [first, last] = [spoken[0], spoken.at(-1)];
  if (!first || !last) return false;
  return run.steps.some(
    (step) =>
      (isCall(step) || step.kind === 'handoff') &&
      run.startOf(step) >= run.startOf(first) &&
      run.startOf(step) <= run.startOf(last),
  );
}

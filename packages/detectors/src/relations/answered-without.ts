import type { Span } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { hash64 } from '../identity-hash.ts';
import { answerIn } from '../reading/messages.ts';
import { statedValues } from '../reading/stated-values.ts';
import { allFacts, type Fact, states } from '../reading/statement.ts';
import { isAct } from './calls.ts';
import { isLookup } from './error-nature.ts';
import { acknowledged, type Incident } from './incidents.ts';
import { follows } from './operation.ts';

/** An answer in words, with marks of the values in it. Plain JSON. */
export type NotedAnswer = [spanId: string, marks: string];

const MOST_ANSWERS = 8;
const MOST_MARKS = 32;
/** Shorter ones stand in many texts by chance. */
const LEAST_LENGTH = 3;

const mark = (value: string): string => hash64(value).slice(0, 6);

/** Notes an inference that answers, by the values that it states; true where it does. */
export function noteAnsweredValues(step: Step, span: Span, answers: NotedAnswer[]): boolean {
  if (step.kind !== 'llm' || step.requestedCalls.length > 0 || span.outputMessages === '') return false;
  const values = statedValues(answerIn(span));
  const marks = values.filter(({ text }) => text.length >= LEAST_LENGTH).map(({ text }) => mark(text));
  if (marks.length === 0) return false;
  answers.push([step.spanId, marks.slice(0, MOST_MARKS).join(' ')]);
  if (answers.length > MOST_ANSWERS) answers.shift();
  return true;
}

/** A value stands in what a model was given before a call began: a user may have said it. */
const wasSaidBefore = (value: string, call: Step, run: RunView): boolean =>
  run.steps.some((step) => step.kind === 'llm' && run.startOf(step) <= run.startOf(call) && states(step.stated, value));

/**
 * The answer tells of a call that did what it should: of what it has found out, or, where it was no lookup, of what it was about; and that is
 * nothing that the failed lookup was about, which an apology names as well.
 */
function tellsOf(call: Step, marks: string, lookup: Step, run: RunView): boolean {
  const isTold = ({ value }: Fact): boolean =>
    value.length >= LEAST_LENGTH && marks.includes(mark(value)) && !states(lookup.given, value);
  if (!isLookup(call)) return allFacts(call.given + call.stated).some(isTold);
  return allFacts(call.stated).some(
    (fact) => isTold(fact) && !states(call.given, fact.value) && !wasSaidBefore(fact.value, call, run),
  );
}

/**
 * The run itself shows that it did without a lookup that failed: the agent said so, and in the same breath gave an answer that tells of
 * other work that was done. Not where that lookup had a result at another time in the run, or was about something that was named
 * before and that no other call was about.
 */
export function answeredWithout(incident: Incident, answers: readonly NotedAnswer[], run: RunView): boolean {
  const { span: lookup, attempts, outputs } = incident;
  const answer = outputs.find(({ requestedCalls }) => requestedCalls.length === 0);
  const marks = answer && answers.find(([spanId]) => spanId === answer.spanId)?.[1];
  if (!answer || marks === undefined || !acknowledged(incident)) return false;
  const isOther = (step: Step): boolean => isAct(step) && step !== lookup && !attempts.includes(step);
  const done = run.steps.filter((step) => isOther(step) && !isFailure(step) && follows(answer, step, run));
  if (done.some(({ tool }) => tool === lookup.tool)) return false;
  if (!done.some((call) => tellsOf(call, marks, lookup, run))) return false;
  const isOnlyHere = ({ value }: Fact): boolean =>
    wasSaidBefore(value, lookup, run) &&
    !done.some(({ given, stated }) => states(given, value) || states(stated, value));
  return !allFacts(lookup.given).some(isOnlyHere);
}

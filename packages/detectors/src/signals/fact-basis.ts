import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { isComputable, isDateReckoned, type Operand } from '../reading/arithmetic.ts';
import { kindOfNormal } from '../reading/normal-value.ts';
import { allFacts, isCutStatement, states } from '../reading/statement.ts';
import type { Teller } from '../reading/told-by.ts';
import { isCall } from '../relations/calls.ts';
import { keepsMemory } from './fact-roles.ts';

/** What gave a value to who states it. */
export type Basis = 'result' | 'user' | 'context' | 'computed' | 'none' | 'unknown';

const TICK = 1_000;
const MOST_OPERANDS = 48;

const isBefore = (step: Step, until: number, run: RunView): boolean =>
  (step.kind === 'llm' || step.kind === 'agent' ? run.startOf(step) : run.endOf(step)) <= until + TICK;

/** Only what has digits, or is an address, is told of a text of words. */
const isToldInWords = (value: string): boolean => kindOfNormal(value) !== 'text' && kindOfNormal(value) !== 'flag';

/**
 * What gave a value to a step, by what the run remembers.
 *
 * @param asked the inference that asked for the step, where one did
 * @param told who tells it in that inference's own input, where that was looked at; null where nobody does
 */
export function basisOf(
  value: string,
  step: Step,
  asked: Step | undefined,
  told: Teller | null | undefined,
  run: RunView,
): Basis {
  const until = asked ? run.endOf(asked) : run.startOf(step);
  let context = false;
  let user = told === 'user';
  let unknown = run.droppedSteps > 0 || (told === undefined && !isToldInWords(value));
  const operands: Operand[] = [];
  for (const before of run.steps) {
    if (before === step || before === asked || !isBefore(before, until, run)) {
      if (before === asked && states(before.stated, value)) user = true;
      continue;
    }
    const isRemembered = keepsMemory(before);
    if (states(before.stated, value)) {
      if (isRemembered || before.kind === 'handoff') context = true;
      else if (before.kind === 'llm') user = true;
      else return 'result';
    } else if (before.kind === 'handoff' && states(before.given, value)) context = true;
    if (isCall(before) && !isFailure(before) && before.stated === '' && before.resultDigest === '') unknown = true;
    if (isCutStatement(before.stated)) unknown = true;
    if (operands.length < MOST_OPERANDS)
      for (const fact of allFacts(before.stated))
        if (kindOfNormal(fact.value) === 'number') operands.push({ number: Number(fact.value), mayBeShare: true });
  }
  if (user) return 'user';
  // A memory's answer is a result to the model that reads it.
  if (context) return 'context';
  if (told === 'result') return 'result';
  if (isWorkedOut(value, operands, run)) return 'computed';
  return unknown ? 'unknown' : 'none';
}

function isWorkedOut(value: string, operands: readonly Operand[], run: RunView): boolean {
  const kind = kindOfNormal(value);
  if (kind === 'number') return isComputable(Number(value), operands.slice(0, MOST_OPERANDS));
  if (kind !== 'date') return false;
  const numbers = operands.map(({ number }) => number);
  for (const { stated } of run.steps)
    for (const fact of allFacts(stated))
      if (kindOfNormal(fact.value) === 'date' && isDateReckoned(value, fact.value, numbers)) return true;
  return false;
}

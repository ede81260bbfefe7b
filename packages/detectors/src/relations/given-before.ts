import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { numberOf, shapeOf } from '../reading/near-miss.ts';
import type { NormalValue } from '../reading/normal-value.ts';
import { kindOfNormal, sameValue } from '../reading/normal-value.ts';
import { mayBeShare, POSITION } from '../reading/number-roles.ts';
import { allFacts, isCutStatement, type Statement, states } from '../reading/statement.ts';
import type { Claim } from './claims.ts';

const hasInput = (step: Step): boolean => step.kind === 'llm' || step.kind === 'agent';

/** When what the step states was there to be used: an input from the start, a result at the end. */
export const knownAt = (step: Step, run: RunView): number => (hasInput(step) ? run.startOf(step) : run.endOf(step));

/** The steps whose statements were there when an inference was made. */
function* before(inference: Step, run: RunView): Generator<Step> {
  const until = run.endOf(inference);
  for (let i = run.steps.length - 1; i >= 0; i--) {
    const step = run.steps[i] as Step;
    if (step.stated === '' && step.given === '' && step.errorMessage === '') continue;
    if (knownAt(step, run) <= until) yield step;
  }
}

const MOST_KEPT = 512;
/** How well something was found is told to nobody, and nothing is worked out from it. */
const SCORE = /(?:^|_)(?:score|confidence|relevance|similarity)$/;

/** Whether a step states the value, says it in the words of an error, or hands it over. */
function gives(step: Step, value: NormalValue): boolean {
  if (states(step.stated, value.text) || (value.or !== undefined && states(step.stated, value.or))) return true;
  if (
    value.kind === 'number' &&
    states(step.stated, value.text.startsWith('-') ? value.text.slice(1) : `-${value.text}`)
  )
    return true;
  const bare = numberOf(value);
  if (bare !== undefined && states(step.stated, bare)) return true;
  if (step.errorMessage !== '' && step.errorMessage.toLowerCase().includes(value.text)) return true;
  if (step.kind === 'handoff' && states(step.given, value.text)) return true;
  // A day without its year, said in words.
  return (
    value.kind === 'date' &&
    step.stated.includes(`-${value.text.slice(-5)}\n`) &&
    allFacts(step.stated).some(isDay(value))
  );
}

const isDay =
  (value: NormalValue) =>
  (fact: { value: string }): boolean =>
    sameValue(value, normalDate(fact.value));

const normalDate = (text: string): NormalValue => ({ kind: 'date', text });

/** Values of this form are among what was kept, so that there may be more among what was not. */
const holdsAlike = (statement: Statement, shape: string): boolean =>
  allFacts(statement).some(({ value }) => shapeOf(value) === shape);

/** `false`: nothing that was seen gives it. `undefined`: something that might was not kept. */
export function isGiven(claim: Pick<Claim, 'inference' | 'value' | 'whole'>, run: RunView): boolean | undefined {
  const inference = run.stepOf(claim.inference);
  if (!inference) return undefined;
  const shape = shapeOf(claim.value.text);
  let isCut = run.droppedSteps > 0;
  for (const step of before(inference, run)) {
    if (gives(step, claim.value)) return true;
    if (isCutStatement(step.stated) && holdsAlike(step.stated, shape)) isCut = true;
  }
  return isCut && !claim.whole ? undefined : false;
}

/** A value that was stated. */
export interface KnownValue extends NormalValue {
  /** Of a number: it may be a percentage, by the name of a field that it stood in. */
  mayBeShare?: boolean;
}

/**
 * Everything that was stated before an inference, scores of what was found and positions (`page 7`) left out, the latest first, at
 * most 512 values: each once, or twice where one statement has it twice under one name.
 */
export function valuesBefore(inference: Step, run: RunView): KnownValue[] {
  const values: KnownValue[] = [];
  const known = new Map<string, KnownValue>();
  const twice = new Set<string>();
  for (const step of before(inference, run)) {
    let last = '';
    for (const { field, value } of allFacts(step.stated)) {
      if (field === POSITION || (SCORE.test(field) && Number(value) <= 1)) continue;
      if (values.length >= MOST_KEPT) return values;
      const line = `${field}\t${value}`;
      const before = known.get(value);
      if (!before || (line === last && !twice.has(line))) {
        const made: KnownValue = { kind: kindOfNormal(value), text: value };
        values.push(made);
        if (before) twice.add(line);
        else known.set(value, made);
      }
      if (mayBeShare(field)) (known.get(value) as KnownValue).mayBeShare = true;
      last = line;
    }
  }
  return values;
}

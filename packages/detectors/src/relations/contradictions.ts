import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { isComputable } from '../reading/arithmetic.ts';
import { isIdField } from '../reading/field-names.ts';
import { nameWords } from '../reading/name-words.ts';
import { isNearMiss } from '../reading/near-miss.ts';
import { kindOfNormal } from '../reading/normal-value.ts';
import { allFacts, factsAbout } from '../reading/statement.ts';
import type { Claim } from './claims.ts';
import { valuesBefore } from './given-before.ts';
import { isToolLike } from './operation.ts';

/** A result that says otherwise than a model's output. */
export interface Contradiction {
  /** The call whose result it is. */
  source: Step;
  field: string;
  /** What it says, in normal form. */
  stated: string;
  /** The claim is written nearly like it. */
  isNear: boolean;
}

/** Results looked back on: what a model has just been told is what it misreads. */
const RESULTS_LOOKED_BACK = 16;
const RESULTS_FOR_WORDS = 4;
const LEAST_DIGITS_IN_WORDS = 4;
/** A slip is no longer or shorter than by this. */
const MOST_EDITS = 2;

/** A tool whose arguments are new values: they are meant to differ. */
const CHANGES = new Set(
  'update modify change set edit patch replace move reassign switch exchange reschedule rename adjust correct override upsert put configure'.split(
    ' ',
  ),
);

export const changesValues = (tool: string): boolean => nameWords(tool).some((word) => CHANGES.has(word));

/** Results before an inference, the latest first. */
function* resultsBefore(inference: Step, run: RunView, most: number): Generator<Step> {
  let left = most;
  const order = run.chronological();
  for (let i = order.length - 1; i >= 0 && left > 0; i--) {
    const step = order[i] as Step;
    if (step.stated === '' || !isToolLike(step) || run.endOf(step) > run.endOf(inference)) continue;
    left -= 1;
    yield step;
  }
}

const numbersBefore = (inference: Step, run: RunView): number[] =>
  valuesBefore(inference, run).flatMap((value) => (value.kind === 'number' ? [Number(value.text)] : []));

/** A number that follows from numbers that were stated is no other value, but a computed one. */
export const isComputed = (claim: Claim, inference: Step, run: RunView): boolean =>
  claim.value.kind === 'number' && isComputable(Number(claim.value.text), numbersBefore(inference, run));

const isPlain = ({ tool, path }: Claim): boolean => tool !== '' && !/[.[]/.test(path);

function ofArgument(claim: Claim, inference: Step, run: RunView): Contradiction | undefined {
  if (claim.entities.length === 0 || changesValues(claim.tool)) return undefined;
  for (const source of resultsBefore(inference, run, RESULTS_LOOKED_BACK)) {
    for (const entity of claim.entities) {
      const facts = factsAbout(source.stated, entity).filter((fact) => fact.field === claim.field);
      // A list of values is a choice.
      if (facts.length !== 1) continue;
      const stated = facts[0]?.value ?? '';
      if (kindOfNormal(stated) === 'text' && claim.value.kind !== 'identifier') return undefined;
      const isNear = isNearMiss(claim.value, { kind: claim.value.kind, text: stated });
      // Deeper fields of one name are of many things; an answer may well tell of another time.
      return isNear || isPlain(claim) ? { source, field: claim.field, stated, isNear } : undefined;
    }
  }
  return undefined;
}

/** In words a value has no field: it is the slip of one that the latest results state and that the words leave out. */
function ofWords(claim: Claim, inference: Step, run: RunView): Contradiction | undefined {
  if (claim.value.text.replace(/\D/g, '').length < LEAST_DIGITS_IN_WORDS) return undefined;
  for (const source of resultsBefore(inference, run, RESULTS_FOR_WORDS)) {
    for (const { field, value } of allFacts(source.stated)) {
      if (Math.abs(value.length - claim.value.text.length) > MOST_EDITS) continue;
      const kind = kindOfNormal(value);
      if (kind !== claim.value.kind || isIdField(field) !== (kind === 'identifier')) continue;
      if (isNearMiss(claim.value, { kind, text: value })) return { source, field, stated: value, isNear: true };
    }
  }
  return undefined;
}

/** The latest result that says another value for the same field of the same thing; undefined where none does. */
export function contradictionOf(claim: Claim, run: RunView): Contradiction | undefined {
  const inference = run.stepOf(claim.inference);
  if (!inference) return undefined;
  const found = claim.field === '' ? ofWords(claim, inference, run) : ofArgument(claim, inference, run);
  return found && !isComputed(claim, inference, run) ? found : undefined;
}

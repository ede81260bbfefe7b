import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { isComputable, isDateReckoned, isMultiple, type Operand } from '../reading/arithmetic.ts';
import { kindOfNormal } from '../reading/normal-value.ts';
import { allFacts } from '../reading/statement.ts';
import type { Claim } from './claims.ts';
import { valuesBefore } from './given-before.ts';
import { type Contradiction, significant } from './results-read.ts';

/** Numbers that a claim may have been worked out from: those beside it, and all that were stated, the latest first. */
export function operandsOf({ value, beside }: Claim, inference: Step, run: RunView): Operand[] {
  const others = beside.filter((text) => text !== value.text && kindOfNormal(text) === 'number');
  return [
    ...others.map((text) => ({ number: Number(text), mayBeShare: true })),
    ...valuesBefore(inference, run).flatMap(({ kind, text, mayBeShare = false }) =>
      kind === 'number' ? [{ number: Number(text), mayBeShare }] : [],
    ),
  ];
}

/** The same without what they may be. */
export const numbersOf = (claim: Claim, inference: Step, run: RunView): number[] =>
  operandsOf(claim, inference, run).map(({ number }) => number);

/** A value that follows from what was stated, or stands beside it, is no other value, but a computed one. */
export function isComputed(claim: Claim, inference: Step, run: RunView): boolean {
  const { kind, text } = claim.value;
  return kind === 'number' && isComputable(Number(text), operandsOf(claim, inference, run));
}

/** A date that lies as far from another one as a number says that was stated. */
export const isReckoned = (claim: Claim, from: string, inference: Step, run: RunView): boolean =>
  claim.value.kind === 'date' && isDateReckoned(claim.value.text, from, numbersOf(claim, inference, run));

/** Two results that agree on so many digits tell of one thing, and shorter numbers may be of two. */
const DIGITS_OF_ONE_THING = 5;

/** A few equal values together, where as many calls were given or found it, or a list has it more than once. */
export function isOfSeveral(
  { value }: Claim,
  { field, stated }: Pick<Contradiction, 'field' | 'stated'>,
  results: readonly Step[],
): boolean {
  if (value.kind !== 'number' || !isMultiple(Number(value.text), [Number(stated)])) return false;
  const countIn = (statement: string): number =>
    allFacts(statement).filter((fact) => fact.field === field && fact.value === stated).length;
  const counts = results.map((result) => Math.max(countIn(result.stated), countIn(result.given)));
  if (counts.some((count) => count > 1)) return true;
  const having = counts.filter((count) => count > 0).length;
  return significant(stated).length < DIGITS_OF_ONE_THING && having >= Number(value.text) / Number(stated) - 0.5;
}

import { isFailure, type Step } from '../detector/step.ts';
import { holdsAlready } from '../reading/holds-already.ts';
import { isLookup, wordsOf } from './error-nature.ts';
import type { Incident } from './incidents.ts';

const known = new WeakMap<Step, boolean>();

function saysSo(step: Step): boolean {
  let says = known.get(step);
  if (says === undefined) {
    const words = `${wordsOf(step)} ${step.outcomeDetail}`;
    says = isFailure(step) && !isLookup(step) && holdsAlready(words, step.tool || step.name, step.given);
    known.set(step, says);
  }
  return says;
}

/**
 * What was wanted holds already, by the words of the error or of an attempt's: there is nothing to obtain any more. After a call
 * whose answer was lost it tells that the call had worked.
 */
export const isHeldAlready = ({ span, attempts }: Incident): boolean => saysSo(span) || attempts.some(saysSo);

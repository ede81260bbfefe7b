import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { isMultiple } from '../reading/arithmetic.ts';
import { isHabitualDay } from '../reading/habitual-day.ts';
import { kindOfNormal } from '../reading/normal-value.ts';
import { allFacts, factsAbout, hasField } from '../reading/statement.ts';
import type { Claim } from './claims.ts';
import { changesValues, isAbout, isPlain } from './contradictions.ts';
import { looksUp } from './error-nature.ts';
import { valuesBefore } from './given-before.ts';
import { isToolLike } from './operation.ts';
import { recentSteps } from './recent-steps.ts';
import { allResultsBefore, isLike, isOwnChoice } from './results-read.ts';

const RESULTS_LOOKED_BACK = 32;
/** With one tool alone the next call may well be for the next day. */
const LEAST_TOOLS = 2;
const SHORTEST_NAME = 5;

/**
 * The date that a call is given another one in place of: all other calls of the run with a field of that name, by two tools and more,
 * were given that one, which was known before, and one of them is about the very thing that the call is about. Who tries other days
 * tries that one, too, by the same tool.
 */
export function dateInUse(claim: Claim, inference: Step, run: RunView): string | undefined {
  if (claim.value.kind !== 'date' || changesValues(claim.tool)) return undefined;
  const dates = new Set<string>();
  const tools = new Set<string>();
  const alongside = claim.alongside.filter((beside) => !beside.endsWith(`\t${claim.value.text}`));
  let isSameThing = false;
  for (const step of recentSteps(run, (each) => isToolLike(each) && hasField(each.given, claim.field))) {
    const given = allFacts(step.given).flatMap(({ field, value }) => (field === claim.field ? [value] : []));
    const isSame = given.every((value) => value === claim.value.text);
    if (step.tool === claim.tool && isSame) continue;
    if (step.tool === claim.tool) return undefined;
    for (const value of given) dates.add(value);
    tools.add(step.tool);
    isSameThing ||= isAbout(step, { alongside }) || namesPart(step, alongside);
  }
  const [date = ''] = dates;
  if (dates.size !== 1 || tools.size < LEAST_TOOLS || !isSameThing || isHabitualDay(claim.value.text, date))
    return undefined;
  return valuesBefore(inference, run).some(({ text }) => text === date) ? date : undefined;
}

/** One names the other's thing within a longer name: a `job` is `load_sessions`, and a `table` is `sessions`. */
const namesPart = ({ given }: Step, alongside: readonly string[]): boolean =>
  allFacts(given).some(
    ({ value }) =>
      value.length >= SHORTEST_NAME &&
      alongside.some((beside) => isPartOf(value, beside.slice(beside.indexOf('\t') + 1))),
  );

const isPartOf = (name: string, longer: string): boolean =>
  longer !== name && (longer.endsWith(`_${name}`) || longer.startsWith(`${name}_`) || longer.includes(`_${name}_`));

/** What is there of a thing, of which an action may take a part. */
const MAY_BE_PARTED = /(?:^|_)(?:amount|balance|value|credits?|points|total|sum|stock|quantity)(?:_|$)/;

/**
 * The number that all results of the run, whoever read them, have for the field of the thing that an action names, where it is given
 * another one of like size, or ten times or a tenth.
 */
export function numberKnown(claim: Claim, inference: Step, run: RunView): string | undefined {
  const { value, tool, field } = claim;
  if (value.kind !== 'number' || !isPlain(claim) || looksUp(tool) || changesValues(tool)) return undefined;
  if (isOwnChoice(field) || MAY_BE_PARTED.test(field)) return undefined;
  const known = new Set(
    allResultsBefore(inference, run, RESULTS_LOOKED_BACK).flatMap(({ stated }) =>
      claim.entities.flatMap((entity) =>
        factsAbout(stated, entity).flatMap((fact) => (fact.field === field ? [fact.value] : [])),
      ),
    ),
  );
  const [number = ''] = known;
  if (known.size !== 1 || kindOfNormal(number) !== 'number' || number === value.text) return undefined;
  return isLike(number, claim) && !isMultiple(Number(value.text), [Number(number)]) ? number : undefined;
}

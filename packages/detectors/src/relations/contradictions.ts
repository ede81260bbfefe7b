import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { isStepFrom } from '../reading/arithmetic.ts';
import { isIdField } from '../reading/field-names.ts';
import { nameWords } from '../reading/name-words.ts';
import { isNearMiss, shapeOf } from '../reading/near-miss.ts';
import { kindOfNormal } from '../reading/normal-value.ts';
import { allFacts, factsAbout, hasFact, states } from '../reading/statement.ts';
import { announcedBefore } from './announced.ts';
import type { Claim } from './claims.ts';
import { isComputed, isOfSeveral, isReckoned, operandsOf } from './computed.ts';
import { looksUp } from './error-nature.ts';
import { isToolLike } from './operation.ts';
import { ofWords } from './other-words.ts';
import { type Contradiction, isOfSize, isOwnChoice, isTenfold, resultsBefore, significant } from './results-read.ts';

/** Results looked back on: what a model has just been told is what it misreads. */
const RESULTS_LOOKED_BACK = 16;
/** A slip is no longer or shorter than by this. */
const MOST_EDITS = 2;

/** A tool whose arguments are new values: they are meant to differ. */
const CHANGES = new Set(
  'update modify change set edit patch replace move reassign switch exchange reschedule rename adjust correct override upsert put configure'.split(
    ' ',
  ),
);

export const changesValues = (tool: string): boolean => nameWords(tool).some((word) => CHANGES.has(word));

/** A round number may be what a rule grants. */
const LEAST_TELLING = 3;

const fieldsIn = (lines: readonly string[], field: string): string[] =>
  lines.flatMap((line) => (line.startsWith(`${field}\t`) ? [line.slice(field.length + 1)] : []));

/** A call and its result are about what the claim is about: they name something that stands beside it, and nothing else in its place. */
export function isAbout(source: Step, { alongside }: Pick<Claim, 'alongside'>): boolean {
  const lines = `${source.given}\n${source.stated}`.split('\n');
  let shares = false;
  for (const beside of alongside) {
    const tab = beside.indexOf('\t');
    const value = beside.slice(tab + 1);
    const values = fieldsIn(lines, beside.slice(0, tab));
    if (values.length > 0 && !values.includes(value)) return false;
    shares ||=
      values.length > 0 ||
      (kindOfNormal(value) !== 'text' &&
        (lines.includes(`@${value}`) || lines.some((line) => line.endsWith(`\t${value}`))));
  }
  return shares;
}

/** An action is given another number than the only one that the results about the very same thing have for the field. */
function ofSameThing(claim: Claim, results: readonly Step[]): Contradiction | undefined {
  if (claim.value.kind !== 'number' || !isPlain(claim) || looksUp(claim.tool) || isOwnChoice(claim.field))
    return undefined;
  for (const source of results) {
    const values = new Set(
      allFacts(source.stated).flatMap(({ field, value }) => (field === claim.field ? [value] : [])),
    );
    const [stated = ''] = values;
    if (values.size === 0 || !isAbout(source, claim)) continue;
    if (values.size > 1 || kindOfNormal(stated) !== 'number') return undefined;
    const isNear = isTenfold(stated, claim.value.text);
    const isOther = significant(claim.value.text).length >= LEAST_TELLING && isOfSize(stated, claim);
    return isNear || isOther ? { source, field: claim.field, stated, isNear } : undefined;
  }
  return undefined;
}

/** An argument of its own, which is no part of a list or an object. */
export const isPlain = ({ tool, path }: Claim): boolean => tool !== '' && !/[.[]/.test(path);

/**
 * Another day of the same month is looked up on purpose; so is a day of another year where that of this one is looked up by the same
 * tool, to compare them.
 */
export function isTriedDay(claim: Claim, stated: string, run: RunView): boolean {
  if (claim.value.kind !== 'date' || !looksUp(claim.tool)) return false;
  if (claim.value.text.slice(0, -3) === stated.slice(0, -3)) return true;
  return run.steps.some((step) => isToolLike(step) && step.tool === claim.tool && states(step.given, stated));
}

/** The model says that it calls with what a result has for the field, and calls with another value, which does not follow from it. */
function ofAnnounced(claim: Claim, inference: Step, run: RunView): Contradiction | undefined {
  const stated = changesValues(claim.tool) ? undefined : announcedBefore(claim, inference, run);
  if (stated === undefined || isReckoned(claim, stated, inference, run)) return undefined;
  const { kind, text } = claim.value;
  if (kind === 'number' && isStepFrom(Number(text), Number(stated), operandsOf(claim, inference, run)))
    return undefined;
  const fact = { field: claim.field, value: stated };
  const source = resultsBefore(inference, run, RESULTS_LOOKED_BACK).find((result) => hasFact(result.stated, fact));
  return source && { source, field: claim.field, stated, isNear: true };
}

function ofArgument(claim: Claim, inference: Step, run: RunView): Contradiction | undefined {
  if (changesValues(claim.tool)) return undefined;
  const results = resultsBefore(inference, run, RESULTS_LOOKED_BACK);
  for (const source of results) {
    for (const entity of claim.entities) {
      const facts = factsAbout(source.stated, entity).filter((fact) => fact.field === claim.field);
      // A list of values is a choice.
      if (facts.length !== 1 || isTriedDay(claim, facts[0]?.value ?? '', run)) continue;
      const stated = facts[0]?.value ?? '';
      if (kindOfNormal(stated) === 'text' && claim.value.kind !== 'identifier') return undefined;
      const isNear = isNearMiss(claim.value, { kind: claim.value.kind, text: stated });
      // Deeper fields of one name are of many things; an answer may well tell of another time.
      return isNear || isPlain(claim) ? { source, field: claim.field, stated, isNear } : undefined;
    }
    // Whatever it is about: nearly the value that the same field had.
    for (const { field, value } of allFacts(source.stated)) {
      if (field !== claim.field || value.length > claim.value.text.length + MOST_EDITS) continue;
      const isNear = !isTriedDay(claim, value, run) && isNearMiss(claim.value, { kind: claim.value.kind, text: value });
      // An identifier of the very form that the field's has, and another one.
      const isOther =
        claim.value.kind === 'identifier' && isIdField(field) && shapeOf(value) === shapeOf(claim.value.text);
      if (isNear || isOther) return { source, field, stated: value, isNear };
    }
  }
  return ofSameThing(claim, results);
}

/** The sum of a field over all that was found or done. */
function isTotal(claim: Claim, field: string, inference: Step, run: RunView): boolean {
  if (claim.value.kind !== 'number') return false;
  const values = resultsBefore(inference, run, RESULTS_LOOKED_BACK).flatMap(({ stated, given }) =>
    [...allFacts(stated), ...allFacts(given)].flatMap((fact) => (fact.field === field ? [fact.value] : [])),
  );
  const sum = [...new Set(values)].reduce((total, value) => total + Number(value), 0);
  return Math.abs(sum - Number(claim.value.text)) < 0.006;
}

/** The latest result that says another value for the same field of the same thing; undefined where none does. */
export function contradictionOf(claim: Claim, run: RunView): Contradiction | undefined {
  const inference = run.stepOf(claim.inference);
  if (!inference) return undefined;
  const announced = claim.tool === '' ? undefined : ofAnnounced(claim, inference, run);
  if (announced) return announced;
  const found = claim.field === '' ? ofWords(claim, inference, run) : ofArgument(claim, inference, run);
  if (!found || isComputed(claim, inference, run) || isTotal(claim, found.field, inference, run)) return undefined;
  const results = resultsBefore(inference, run, RESULTS_LOOKED_BACK);
  if (isOfSeveral(claim, found, results) || isReckoned(claim, found.stated, inference, run)) return undefined;
  return found;
}

import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { isComputable } from '../reading/arithmetic.ts';
import { isIdField } from '../reading/field-names.ts';
import { nameWords } from '../reading/name-words.ts';
import { isNearMiss, shapeOf } from '../reading/near-miss.ts';
import { kindOfNormal } from '../reading/normal-value.ts';
import { allFacts, type Fact, factsAbout } from '../reading/statement.ts';
import type { Claim } from './claims.ts';
import { looksUp } from './error-nature.ts';
import { valuesBefore } from './given-before.ts';
import { isToolLike, sameAgent } from './operation.ts';
import { recentSteps } from './recent-steps.ts';

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
const LEAST_DIGITS_WITHOUT_UNIT = 3;
/** A slip is no longer or shorter than by this. */
const MOST_EDITS = 2;

/** A tool whose arguments are new values: they are meant to differ. */
const CHANGES = new Set(
  'update modify change set edit patch replace move reassign switch exchange reschedule rename adjust correct override upsert put configure'.split(
    ' ',
  ),
);

export const changesValues = (tool: string): boolean => nameWords(tool).some((word) => CHANGES.has(word));

/** Fields that any call sets as it likes. */
const OWN_CHOICE =
  /(?:^|_)(?:limit|max\w*|min\w*|most|least|top_\w+|page\w*|offset|size|count|budget|timeout\w*|seed|threshold|port|version|quantity|year)$/;

/** Results that an inference's agent could read, the latest first. */
const resultsBefore = (inference: Step, run: RunView, most: number): Step[] =>
  recentSteps(
    run,
    (step) =>
      step.stated !== '' &&
      isToolLike(step) &&
      run.endOf(step) <= run.endOf(inference) &&
      sameAgent(step, inference, run),
  ).slice(0, most);

const numbersBefore = (inference: Step, run: RunView): number[] =>
  valuesBefore(inference, run).flatMap((value) => (value.kind === 'number' ? [Number(value.text)] : []));

/** A number that follows from numbers that were stated, or stand beside it, is no other value, but a computed one. */
export function isComputed({ value, beside }: Claim, inference: Step, run: RunView): boolean {
  if (value.kind !== 'number') return false;
  const others = beside.filter((text) => text !== value.text && kindOfNormal(text) === 'number').map(Number);
  return isComputable(Number(value.text), [...others, ...numbersBefore(inference, run)]);
}

/** A round number may be what a rule grants. */
const LEAST_TELLING = 3;

const fieldsIn = (lines: readonly string[], field: string): string[] =>
  lines.flatMap((line) => (line.startsWith(`${field}\t`) ? [line.slice(field.length + 1)] : []));

/** A call and its result are about what the claim is about: they name something that stands beside it, and nothing else in its place. */
function isAbout(source: Step, { alongside }: Claim): boolean {
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
  if (claim.value.kind !== 'number' || significant(claim.value.text).length < LEAST_TELLING) return undefined;
  if (!isPlain(claim) || looksUp(claim.tool) || OWN_CHOICE.test(claim.field)) return undefined;
  for (const source of results) {
    const values = new Set(
      allFacts(source.stated).flatMap(({ field, value }) => (field === claim.field ? [value] : [])),
    );
    const [stated = ''] = values;
    if (values.size === 0 || !isAbout(source, claim)) continue;
    if (values.size > 1 || kindOfNormal(stated) !== 'number' || !isOfSize(stated, claim)) return undefined;
    return { source, field: claim.field, stated, isNear: false };
  }
  return undefined;
}

const isPlain = ({ tool, path }: Claim): boolean => tool !== '' && !/[.[]/.test(path);

/** Another day of the same month is looked up on purpose. */
export const isTriedDay = (claim: Claim, stated: string): boolean =>
  claim.value.kind === 'date' && looksUp(claim.tool) && claim.value.text.slice(-5, -3) === stated.slice(-5, -3);

function ofArgument(claim: Claim, inference: Step, run: RunView): Contradiction | undefined {
  if (changesValues(claim.tool)) return undefined;
  const results = resultsBefore(inference, run, RESULTS_LOOKED_BACK);
  for (const source of results) {
    for (const entity of claim.entities) {
      const facts = factsAbout(source.stated, entity).filter((fact) => fact.field === claim.field);
      // A list of values is a choice.
      if (facts.length !== 1 || isTriedDay(claim, facts[0]?.value ?? '')) continue;
      const stated = facts[0]?.value ?? '';
      if (kindOfNormal(stated) === 'text' && claim.value.kind !== 'identifier') return undefined;
      const isNear = isNearMiss(claim.value, { kind: claim.value.kind, text: stated });
      // Deeper fields of one name are of many things; an answer may well tell of another time.
      return isNear || isPlain(claim) ? { source, field: claim.field, stated, isNear } : undefined;
    }
    // Whatever it is about: nearly the value that the same field had.
    for (const { field, value } of allFacts(source.stated)) {
      if (field !== claim.field || value.length > claim.value.text.length + MOST_EDITS) continue;
      const isNear = !isTriedDay(claim, value) && isNearMiss(claim.value, { kind: claim.value.kind, text: value });
      // An identifier of the very form that the field's has, and another one.
      const isOther =
        claim.value.kind === 'identifier' && isIdField(field) && shapeOf(value) === shapeOf(claim.value.text);
      if (isNear || isOther) return { source, field, stated: value, isNear };
    }
  }
  return ofSameThing(claim, results);
}

/**
 * In words a value has no field. It is the slip of a value that the latest results state and that the words leave out; an identifier
 * of the form of one that they leave out; or a number that stands with the name or the unit of a field that has one value in what
 * was done or found, and another one.
 */
function ofWords(claim: Claim, inference: Step, run: RunView): Contradiction | undefined {
  const digits = claim.value.text.replace(/\D/g, '').length;
  let isHandedOver = false;
  for (const source of resultsBefore(inference, run, RESULTS_FOR_WORDS)) {
    const facts = allFacts(source.stated);
    // Whoever took over may have found another number.
    isHandedOver ||= source.kind === 'handoff' || source.handoffTo !== '';
    const other = isHandedOver ? undefined : (ofUnit(claim, source) ?? ofOnlyNumber(claim, source));
    if (other) return other;
    for (const { field, value } of facts) {
      if (claim.beside.includes(value)) continue;
      const kind = kindOfNormal(value);
      if (kind !== claim.value.kind || isIdField(field) !== (kind === 'identifier')) continue;
      const isNear =
        digits >= LEAST_DIGITS_IN_WORDS &&
        Math.abs(value.length - claim.value.text.length) <= MOST_EDITS &&
        isNearMiss(claim.value, { kind, text: value });
      if (
        isNear ||
        (kind === 'identifier' && isOfForm(value, claim)) ||
        (kind === 'number' &&
          digits >= LEAST_DIGITS_WITHOUT_UNIT &&
          isNamed(field, claim) &&
          isOnly(field, value, facts) &&
          isOfSize(value, claim))
      )
        return { source, field, stated: value, isNear };
    }
  }
  return undefined;
}

/** The number that a call was given or gave in the unit of the claim, where it is the only one and the words leave it out. */
function ofUnit(claim: Claim, source: Step): Contradiction | undefined {
  if (claim.unit === '' || claim.value.kind !== 'number') return undefined;
  const inUnit = [...allFacts(source.stated), ...allFacts(source.given)].filter(
    ({ field, value }) => field.split('_').includes(claim.unit) && kindOfNormal(value) === 'number',
  );
  const [fact] = inUnit;
  if (!fact || inUnit.some(({ value }) => value !== fact.value) || claim.beside.includes(fact.value)) return undefined;
  const isNear = isPointMoved(fact.value, claim.value.text);
  return isNear || isOfSize(fact.value, claim) ? { source, field: fact.field, stated: fact.value, isNear } : undefined;
}

/** The only number that a call found, which the words leave out though they have one like it: no rounding of it, but another. */
function ofOnlyNumber(claim: Claim, source: Step): Contradiction | undefined {
  if (claim.value.kind !== 'number') return undefined;
  if (claim.unit !== 'percent' && claim.value.text.replace(/\D/g, '').length < LEAST_DIGITS_WITHOUT_UNIT)
    return undefined;
  const numbers = allFacts(source.stated).filter(
    ({ field, value }) => kindOfNormal(value) === 'number' && !isIdField(field) && !OWN_CHOICE.test(field),
  );
  const [fact] = numbers;
  if (!fact || numbers.some(({ value }) => value !== fact.value) || claim.beside.includes(fact.value)) return undefined;
  if (YEAR.test(fact.value)) return undefined;
  if (!isOfSize(fact.value, claim) || isRounding(Number(fact.value), Number(claim.value.text))) return undefined;
  return { source, field: fact.field, stated: fact.value, isNear: false };
}

const YEAR = /^(?:19|20)\d\d$/;
const LEAST_APART = 0.05;

const isRounding = (a: number, b: number): boolean => Math.abs(a - b) < LEAST_APART * Math.abs(a);

const significant = (number: string): string => number.replace(/\D/g, '').replace(/^0+|0+$/g, '');

const isPointMoved = (a: string, b: string): boolean => significant(a) === significant(b) && significant(a).length > 1;

/** Another identifier of the very form of this one, which the words leave out. */
const isOfForm = (value: string, { value: claimed, beside }: Claim): boolean => {
  const shape = shapeOf(value);
  return (
    value !== claimed.text &&
    /a/.test(shape) &&
    (shape.match(/9/g)?.length ?? 0) >= LEAST_DIGITS_IN_WORDS &&
    shape === shapeOf(claimed.text) &&
    !beside.includes(value)
  );
};

/** The words around a value have all words of a field's name. */
const isNamed = (field: string, { around }: Claim): boolean =>
  around !== '' && field.length >= SHORTEST_NAME && field.split('_').every((word) => around.includes(word));

const SHORTEST_NAME = 4;
/** A number of another size is mostly of another thing. */
const MOST_TIMES = 2.5;

const isOfSize = (value: string, claim: Claim): boolean => {
  const times = Number(value) / Number(claim.value.text);
  return times <= MOST_TIMES && times >= 1 / MOST_TIMES;
};

const isOnly = (field: string, value: string, facts: readonly Fact[]): boolean =>
  facts.every((fact) => fact.field !== field || fact.value === value);

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
  const found = claim.field === '' ? ofWords(claim, inference, run) : ofArgument(claim, inference, run);
  if (!found || isComputed(claim, inference, run) || isTotal(claim, found.field, inference, run)) return undefined;
  return found;
}

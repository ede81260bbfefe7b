import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { isIdField } from '../reading/field-names.ts';
import { isNearMiss, shapeOf } from '../reading/near-miss.ts';
import { kindOfNormal, type ValueKind } from '../reading/normal-value.ts';
import { allFacts, type Fact, hasFact } from '../reading/statement.ts';
import { numberAt } from '../reading/units.ts';
import type { Claim } from './claims.ts';
import {
  type Contradiction,
  isLike,
  isOfSize,
  isOwnChoice,
  isRounding,
  isTenfold,
  othersResultsBefore,
  resultsBefore,
  significant,
} from './results-read.ts';

const RESULTS_FOR_WORDS = 4;
const RESULTS_OF_SERIES = 16;
const LEAST_DIGITS_IN_WORDS = 4;
const LEAST_IN_IDENTIFIER = 5;
const LEAST_DIGITS_WITHOUT_UNIT = 3;
/** A slip is no longer or shorter than by this. */
const MOST_EDITS = 2;

/**
 * In words a value has no field. It is the slip of a value that the latest results state and that the words leave out, of an
 * identifier also of earlier ones; an identifier of the form of one that they leave out; or a number that stands with the name or the unit of a field that has one value in what
 * was done or found, or with the name of what a call was about, and another one.
 */
export function ofWords(claim: Claim, inference: Step, run: RunView): Contradiction | undefined {
  const results = resultsBefore(inference, run, RESULTS_OF_SERIES);
  let isHandedOver = false;
  for (const source of results.slice(0, claim.value.kind === 'identifier' ? undefined : RESULTS_FOR_WORDS)) {
    const isLatest = results.indexOf(source) < RESULTS_FOR_WORDS;
    const facts = allFacts(source.stated);
    // Whoever took over may have found another number.
    isHandedOver ||= source.kind === 'handoff' || source.handoffTo !== '';
    const other = isHandedOver ? undefined : (ofUnit(claim, source) ?? ofOnlyNumber(claim, source));
    if (other) return other;
    for (const { field, value } of facts) {
      if (claim.beside.includes(value)) continue;
      const kind = kindOfNormal(value);
      if (kind !== claim.value.kind || isIdField(field) !== (kind === 'identifier')) continue;
      const isNear = isSlip(claim, value, kind);
      if (
        isNear ||
        (kind === 'identifier' && isLatest && isOfForm(value, claim)) ||
        (kind === 'number' &&
          digitsOf(claim) >= LEAST_DIGITS_WITHOUT_UNIT &&
          isNamed(field, claim) &&
          isOnly(field, value, facts) &&
          isLike(value, claim))
      )
        return { source, field, stated: value, isNear };
    }
  }
  return isHandedOver ? ofOthers(claim, inference, run) : ofSeries(claim, results);
}

const digitsOf = ({ value }: Claim): number => value.text.replace(/\D/g, '').length;

function isSlip({ value: claimed }: Claim, value: string, kind: ValueKind): boolean {
  const least = kind === 'identifier' ? LEAST_IN_IDENTIFIER : LEAST_DIGITS_IN_WORDS;
  const length = claimed.text.replace(kind === 'identifier' ? /[^\p{L}\p{N}]/gu : /\D/g, '').length;
  return (
    length >= least &&
    Math.abs(value.length - claimed.text.length) <= MOST_EDITS &&
    isNearMiss(claimed, { kind, text: value })
  );
}

/** The number that a call was given or gave in the unit of the claim, where it is the only one and the words leave it out. */
function ofUnit(claim: Claim, source: Step): Contradiction | undefined {
  if (claim.unit === '' || claim.value.kind !== 'number') return undefined;
  const inUnit = [...allFacts(source.stated), ...allFacts(source.given)].filter(
    ({ field, value }) =>
      field.split('_').includes(claim.unit) && kindOfNormal(value) === 'number' && !isOwnChoice(field),
  );
  const [fact] = inUnit;
  if (!fact || inUnit.some(({ value }) => value !== fact.value) || claim.beside.includes(fact.value)) return undefined;
  const isNear = isPointMoved(fact.value, claim.value.text);
  return isNear || isOfSize(fact.value, claim) ? { source, field: fact.field, stated: fact.value, isNear } : undefined;
}

/** After work was handed over: what those who took it over did or found last has one number in the unit of the claim, and another one. */
function ofOthers(claim: Claim, inference: Step, run: RunView): Contradiction | undefined {
  const found = othersResultsBefore(inference, run, RESULTS_FOR_WORDS).map((source) => ofUnit(claim, source));
  const told = found.filter((each) => each !== undefined);
  return told.every(({ stated }) => stated === told[0]?.stated) ? told[0] : undefined;
}

/** The only number that a call found, which the words leave out though they have one like it: no rounding of it, but another. */
function ofOnlyNumber(claim: Claim, source: Step): Contradiction | undefined {
  if (claim.value.kind !== 'number') return undefined;
  if (claim.unit !== 'percent' && digitsOf(claim) < LEAST_DIGITS_WITHOUT_UNIT) return undefined;
  const numbers = allFacts(source.stated).filter(
    ({ field, value }) => kindOfNormal(value) === 'number' && !isIdField(field) && !isOwnChoice(field),
  );
  const [fact] = numbers;
  if (!fact || numbers.some(({ value }) => value !== fact.value) || claim.beside.includes(fact.value)) return undefined;
  if (YEAR.test(fact.value)) return undefined;
  if (!isLike(fact.value, claim) || isRounding(Number(fact.value), Number(claim.value.text))) return undefined;
  return { source, field: fact.field, stated: fact.value, isNear: false };
}

/**
 * Of several things that one tool was asked about the words tell the numbers, but of one: with the name of that one, which is what
 * its call alone was given, stands another number.
 */
function ofSeries(claim: Claim, results: readonly Step[]): Contradiction | undefined {
  if (claim.value.kind !== 'number') return undefined;
  const named = results.flatMap((source) => {
    const series = results.filter((other) => other !== source && other.tool === source.tool);
    const at = series.length === 0 ? -1 : placeOfName(source, series, claim);
    return at < 0 ? [] : [{ source, series, at }];
  });
  const nearest = named.toSorted((a, b) => b.at - a.at)[0];
  if (!nearest) return undefined;
  const { source, series } = nearest;
  const facts = allFacts(source.stated);
  for (const { field, value } of facts) {
    if (kindOfNormal(value) !== 'number' || claim.beside.includes(value) || isOwnChoice(field)) continue;
    if (!isOnly(field, value, facts) || !isLike(value, claim)) continue;
    const others = series.flatMap(({ stated }) => allFacts(stated).filter((fact) => fact.field === field));
    if (others.length > 0 && others.every((fact) => claim.beside.includes(fact.value)))
      return { source, field, stated: value, isNear: false };
  }
  return undefined;
}

/** Where, shortly before the claim, the words name what this call was given and no other call of the series was; −1 if they do not. */
function placeOfName({ given }: Step, series: readonly Step[], { around, value }: Claim): number {
  const before = around.slice(0, numberAt(around, value.text)?.from ?? 0);
  let last = -1;
  for (const fact of allFacts(given)) {
    if (kindOfNormal(fact.value) === 'number' || series.some((other) => hasFact(other.given, fact))) continue;
    const at = before.lastIndexOf(fact.value);
    const isWord = at >= 0 && !WORD.test(before[at - 1] ?? '') && !WORD.test(before[at + fact.value.length] ?? '');
    if (isWord) last = Math.max(last, at);
  }
  return last;
}

const WORD = /[\p{L}\p{N}]/u;

const YEAR = /^(?:19|20)\d\d$/;
const isPointMoved = (a: string, b: string): boolean =>
  (significant(a) === significant(b) && significant(a).length > 1) || isTenfold(a, b);

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

const isOnly = (field: string, value: string, facts: readonly Fact[]): boolean =>
  facts.every((fact) => fact.field !== field || fact.value === value);

import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { isMultiple } from '../reading/arithmetic.ts';
import { isHabitualDay } from '../reading/habitual-day.ts';
import type { NormalValue } from '../reading/normal-value.ts';
import { statedValues } from '../reading/stated-values.ts';
import { isScaled, numberAt, unitAt } from '../reading/units.ts';
import type { Claim } from './claims.ts';
import { valuesBefore } from './given-before.ts';
import { isLike, isRounding } from './results-read.ts';

/** Longer texts tell of much besides the call. */
const LONGEST_TEXT = 400;

/** Words of reckoning: the value in the words is what another one is worked out from. */
const RECKONS =
  /\b(?:next|following|after|before|later|earlier|previous|prior|since|until|till|by|weeks?|weekend|months?|days|tomorrow|yesterday|half|double|twice|plus|minus|less|more|discount\w*|tax\w*|vat|fees?|off|each|per|both|split|remaining|rest|difference|partial\w*|pro-?rat\w*|total|sum|together|nächste\w*|folgend\w*|nach|vor|später|früher|bis|woche\w*|monat\w*|tage\w*|halb\w*|hälfte|doppelt\w*|zuzüglich|abzüglich|rabatt|steuer|gebühr\w*|je|pro|insgesamt|zusammen|prochain\w*|suivant\w*|après|avant|semaine\w*|mois|jours|moitié|double|plus|moins|remise|taxe\w*|chaque|par|siguiente\w*|después|antes|semana\w*|mes(?:es)?|días|mitad|doble|más|menos|descuento|impuesto\w*|cada|por)\b/iu;

/**
 * The value that a model's words beside a call have in the place of an argument of it: the only date; or the only number in the unit
 * that the argument's field names. Empty where the words have the argument's own value as well, or reckon.
 */
export function announcedInstead(text: string, field: string, value: NormalValue): string {
  if (text === '' || text.length > LONGEST_TEXT || (value.kind !== 'date' && value.kind !== 'number')) return '';
  const said = statedValues(text).filter(({ kind }) => kind === value.kind);
  if (said.length === 0 || said.some((each) => each.text === value.text) || RECKONS.test(text)) return '';
  const meant = value.kind === 'date' ? said : said.filter((each) => isInUnitOf(field, each.text, text));
  return meant.length === 1 && meant[0]?.or === undefined ? (meant[0]?.text ?? '') : '';
}

function isInUnitOf(field: string, number: string, text: string): boolean {
  const place = numberAt(text, number);
  if (!place || isScaled(text, place)) return false;
  const unit = unitAt(text, place);
  return unit !== '' && field.split('_').includes(unit);
}

/**
 * What a model said that it would call with, where that was known before and the call was given another value: another day but one that
 * follows by habit, another number of like size or ten times or a tenth, but a few times it.
 */
export function announcedBefore(claim: Claim, inference: Step, run: RunView): string | undefined {
  const { announced, value } = claim;
  if (announced === '' || !valuesBefore(inference, run).some(({ text }) => text === announced)) return undefined;
  if (value.kind === 'date') return isHabitualDay(value.text, announced) ? undefined : announced;
  const [number, other] = [Number(value.text), Number(announced)];
  const follows = isRounding(other, number) || isMultiple(number, [other]) || isMultiple(other, [number]);
  return isLike(announced, claim) && !follows ? announced : undefined;
}

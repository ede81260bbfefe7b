/**
 * What a number is, as far as what stands with it tells: what may be worked out from it depends on that. These stand in statements as
 * names of fields that nothing else has.
 */
export type NumberRole = typeof PERCENT | typeof POSITION;

/** A number of per cent in words. */
export const PERCENT = '%';
/** Which one of several: `page 7`, `Round 2`. Nothing is worked out from it. */
export const POSITION = '#';

const POSITIONS = new Set(
  (
    'round step attempt try iteration turn page chapter section part phase stage version revision figure table slide line row ' +
    'question paragraph article appendix level runde schritt versuch seite kapitel abschnitt teil zeile absatz frage stufe ' +
    'tour essai chapitre partie ligne ronda paso intento capitulo parte fila pagina passo tentativo giro rodada etapa'
  ).split(' '),
);
const RATES = new Set(
  'rate discount tax vat interest commission margin apr apy rebate surcharge rabatt steuer zins remise taxe tva descuento iva sconto desconto'.split(
    ' ',
  ),
);

const PERCENT_AFTER =
  /^[\s\u00a0\u202f-]?(?:[%％]|per ?cent|pct\b|prozent|pour ?cent|por ?ciento|por ?cento|per ?cento|procent|процент|パーセント)/iu;
/** Characters after a number that may tell what it is. */
export const LONGEST_AFTER = 14;
const COUNTING = /^\d{1,3}$/;

/**
 * What a number in words is, by the words around it.
 *
 * @param before the word directly before it, as `page`
 * @param after what follows it, {@link LONGEST_AFTER} characters at most
 */
export function roleInWords(number: string, before: string, after: string): NumberRole | undefined {
  if (number.endsWith('%') || PERCENT_AFTER.test(after)) return PERCENT;
  const word = before.toLowerCase();
  if (RATES.has(word)) return PERCENT;
  return COUNTING.test(number) && POSITIONS.has(word) ? POSITION : undefined;
}

/** The role of a number that stands in a text in two places: a percentage where it may be one, a position where it is nothing else. */
export function roleOfBoth(one: NumberRole | undefined, other: NumberRole | undefined): NumberRole | undefined {
  if (one === PERCENT || other === PERCENT) return PERCENT;
  return one === other ? one : undefined;
}

/** Names of fields that hold money, counts, times, measures or words. */
const NO_SHARE =
  /(?:^|_)(?:[a-z]?(?:eur|usd|gbp|chf|jpy|inr|cny|cents?)|euros?|dollars?|price|cost|amount|total|sum|balance|revenue|paid|count|quantity|qty|stock|available|number|items?|units?|nights?|days?|weeks?|months?|years?|hours?|minutes?|seconds?|ms|guests?|people|persons?|adults?|children|passengers?|seats?|rooms?|stops?|pages?|rows?|lines?|attempts?|retries|rank|position|index|age|size|length|width|height|weight|distance|km|miles?|kg|port|zip|source|text|content|body|snippet|passage|excerpt|title|description|summary|message)(?:_|$)/;

/** A number of a field of this name may be a percentage; one in words is where it is told as one. */
export const mayBeShare = (field: string): boolean =>
  field === PERCENT || (field !== '' && field !== POSITION && !NO_SHARE.test(field));

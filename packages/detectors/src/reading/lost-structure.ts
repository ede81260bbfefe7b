import { jsonPayload } from './json-payload.ts';

/** How data came to be a text that is not the data. */
export type Loss =
  /** `[object Object]`: what it held is gone */
  | 'object_text'
  /** `<Order object at 0x7f>`, `com.shop.Order@1b6d`: an address in some process's memory */
  | 'reference_text'
  /** `undefined` or `NaN` as text where a value was due */
  | 'no_value'
  /** a language's own notation (`{'a': None}`, `map[a:1]`) as text within JSON */
  | 'own_notation'
  /** JSON as text within JSON, once too often */
  | 'encoded_twice';

const OBJECT = /^\[object [A-Z]\w+\](?:, ?\[object [A-Z]\w+\])*$/;
const REFERENCE =
  /^(?:\[?<[\w.$]+(?: object)? at 0x[0-9a-fA-F]+>.*|#<[A-Z][\w:]*:0x[0-9a-f]+.*>|(?:[a-z]\w*\.)+[A-Z][\w$]*@[0-9a-f]{5,8}|\[?L?java\.[\w.]+;?@[0-9a-f]{5,8}|System\.Collections\.[\w.`[\], ]+)$/s;
const NO_VALUE = /^(?:undefined|NaN|\[object Undefined\])$/;
/** A list of texts, of which the first is in single quotes; escapes and the other kind of quotes as `repr` has them. */
const PYTHON_LIST =
  /^\[\s*'(?:[^'\\\n]|\\.)*'(?:,\s*(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|None|True|False|-?\d+(?:\.\d+)?))*\s*\]$/;
const PYTHON =
  /^(?:\{\s*'[^'\n]{1,64}'\s*:.*\}|\[\s*\{\s*'[^'\n]{1,64}'\s*:.*\]|\{\s*"[^"\n]{1,64}"\s*:.*\b(?:None|True|False)\b.*\})$/s;
/** A map as Java prints it, without another within; a list of such, each of which stands as `~`. */
const JAVA_MAP = /\{\w+=[^{}="]*(?:, \w+=[^{}="]*)*\}/g;
const JAVA_LIST = /\[~(?:, ~)*\]/g;
const RUBY = /^(?:\[\s*)?\{\s*(?::[a-z]\w*|"[^"\n]{1,64}") ?=> ?.*\}(?:\s*\])?$/s;
const GO = /^(?:map\[[A-Za-z_]\w*:[^\]]+.*\]|&\{.+\})$/s;

/** Texts in which one of the losses may be, cheaply told from all others. */
const MARKS = [
  '[object ',
  ' at 0x',
  ':0x',
  '"undefined"',
  '"NaN"',
  '"{',
  '"[',
  "{'",
  'map[',
  '"&{',
  '@',
  'System.Collections',
];

/** Cheap: false where a payload has none of the texts below. */
export const mayHaveLost = (payload: string): boolean => MARKS.some((mark) => payload.includes(mark));

/** UTF-16 units of `[ { " < # u N`. */
const BRACKET = 91;
const BRACE = 123;
const QUOTE = 34;
const ANGLE = 60;
const HASH = 35;
const SMALL_U = 117;
const CAPITAL_N = 78;
const LONGEST_REFERENCE = 400;

const isContainer = (value: unknown): boolean => typeof value === 'object' && value !== null;

/**
 * What a string within a payload lost as a whole; undefined for anything else. That JSON stands in a string is a loss only where the
 * field is known to hold data, or where what it encodes is itself an encoded text.
 *
 * @param isData the field held an object or a list elsewhere, or should by its schema
 */
export function lossOf(text: string, isData: boolean): Loss | undefined {
  const value = text.charCodeAt(0) <= 32 ? text.trim() : text;
  if (value.length < 3) return undefined;
  const first = value.charCodeAt(0);
  const isJson = first === BRACKET || first === BRACE || first === QUOTE;
  if (!isJson) {
    if ((first === SMALL_U || first === CAPITAL_N) && NO_VALUE.test(value)) return 'no_value';
    const isMarked = first === ANGLE || first === HASH || value.includes('@') || value.startsWith('System.C');
    if (isMarked && value.length <= LONGEST_REFERENCE && REFERENCE.test(value)) return 'reference_text';
    return (value.startsWith('map[') || value.startsWith('&{')) && GO.test(value) ? 'own_notation' : undefined;
  }
  if (first === BRACKET && OBJECT.test(value)) return 'object_text';
  if (first === BRACKET && value.length <= LONGEST_REFERENCE && REFERENCE.test(value)) return 'reference_text';
  const parsed = jsonPayload(value);
  if (typeof parsed === 'string') return isContainer(jsonPayload(parsed)) ? 'encoded_twice' : undefined;
  if (isContainer(parsed)) return isData ? 'encoded_twice' : undefined;
  return PYTHON.test(value) || PYTHON_LIST.test(value) || RUBY.test(value) || isPrintedByJava(value)
    ? 'own_notation'
    : undefined;
}

const DEEPEST = 6;
const LONGEST_JAVA = 8_192;

/** A map, or a list of maps, however deep: from the innermost out, each is replaced by a mark until only one is left. */
function isPrintedByJava(text: string): boolean {
  if (text.length > LONGEST_JAVA || text.includes('~') || !/^\[?\{\w+=/.test(text)) return false;
  let left = text;
  for (let depth = 0; depth < DEEPEST && left !== '~'; depth++)
    left = left.replace(JAVA_MAP, '~').replace(JAVA_LIST, '~');
  return left === '~';
}

/** A label, then the text of an object that was put into a template. */
const IN_TEMPLATE = /(?:^|[\n:=(,]|\b(?:is|are|for|with|of|from|to)) *\[object (?:Object|Array|Promise)\](?!["'`])/;
const SPOKEN_OF =
  /["'`“]\[object |javascript|typescript|stringif|tostring|console|stack ?overflow|\bbug\b|serializ|debug|\blogs?\b|prints?\b|displays?\b|\bshows?\b|\bsays?\b|browser|frontend|code/i;

/** A text in words into which an object was put as `[object Object]`, rather than one that speaks of it. */
export const hasLostInWords = (text: string): boolean =>
  text.includes('[object ') && IN_TEMPLATE.test(text) && !SPOKEN_OF.test(text);

/** Length of text up to which a quick pattern is quick. */
export const QUICK_TEXT = 256;

const MOST_PATTERN = 256;
/** Open repetitions in a row try about `QUICK_TEXT` to this power of ways, the place to begin among them. */
const MOST_OPEN = 3;
/** Each optional part may double the ways. */
const MOST_OPTIONAL = 6;
/** As many characters may a repetition with a fixed number stand for. */
const MOST_TIMES = 64;

const ESCAPE = /\\(?:u\{[^}]*\}|[pP]\{[^}]*\}|.)/gs;
const CLASS = /\[[^\]]*\]/g;
const REPETITION = /(?<group>\))?(?:(?<open>[*+]|\{\d+,\d*\})|\{(?<times>\d+)\}|(?<optional>\?))(?<lazy>[?+])?/g;

/**
 * Whether a regular expression from elsewhere is sure to be tested quickly on texts of up to `QUICK_TEXT` units. The engine
 * goes back and tries again: nested or adjacent repetitions, repeated alternatives, many options and back references may take
 * exponential time. It judges by the pattern's form, and errs on the side of `false`.
 */
export function isQuickPattern(pattern: string): boolean {
  if (pattern.length > MOST_PATTERN || /\\(?:[1-9]|k<)/.test(pattern)) return false;
  const plain = pattern
    .replaceAll(ESCAPE, 'x')
    .replaceAll(CLASS, 'x')
    .replaceAll(/\(\?(?::|<?[=!]|<\w+>)/g, '(');
  let open = plain.startsWith('^') ? 0 : 1;
  let optional = 0;
  let times = 1;
  for (const { groups = {} } of plain.matchAll(REPETITION)) {
    // Of a group that is repeated, one is one too many: what is inside may repeat or choose as well.
    if (groups.group && !isSimpleGroups(plain)) return false;
    if (groups.open) open += 1;
    else if (groups.optional) optional += 1;
    else times *= Number(groups.times);
  }
  return open <= MOST_OPEN && optional <= MOST_OPTIONAL && times <= MOST_TIMES;
}

/** No group holds a choice, a repetition or another group. */
const isSimpleGroups = (plain: string): boolean => !/\([^)]*[*+?{|(]/.test(plain);

/** Sizes up to which a text is looked at: what somebody wants to say stands at its beginning or end. */
const EXAMINED = 600;

const DISSATISFIED =
  /\b(?:that(?:['’]s| is|['’]re)? (?:not|wrong|incorrect)|not what i|wrong|incorrect|mistake|i (?:already|just) (?:told|said|gave|did)|still (?:not|no|doesn['’]?t|isn['’]?t|can['’]?t|waiting)|(?:does|did|is|has)n['’]?t (?:work|help|fix|solve|right|correct|go through)|ridiculous|frustrat\w+|unacceptable|disappoint\w+|annoy\w+|useless|das (?:ist|stimmt) (?:nicht|falsch)|immer noch nicht|falsch|ce n['’]est pas|toujours pas|incorrecto|equivocad\w|sigue sin)\b/i;

const CHANGED_MIND =
  /\b(?:actually|instead|on second thought|never ?mind|changed? my mind|i meant|rather|correction|wait|doch lieber|stattdessen|plutôt|en realidad|mejor)\b/i;

const CANNOT =
  /\b(?:can ?not|can['’]t|unable to|not able to|not (?:possible|allowed|permitted|eligible|supported)|won['’]t be able|isn['’]t (?:possible|allowed|supported)|don['’]t have (?:access|the ability|permission)|ineligible|kann (?:ich )?(?:leider )?nicht|nicht möglich|je ne peux pas|no (?:puedo|es posible))\b/i;

const HEDGED =
  /\b(?:might|perhaps|possibly|it (?:seems|appears)|i (?:think|believe|assume|guess)|not (?:entirely |completely )?(?:sure|certain)|should be|vermutlich|vielleicht|peut-être|quizás)\b/i;

const ends = (text: string): string =>
  text.length <= 2 * EXAMINED ? text : `${text.slice(0, EXAMINED)}\n${text.slice(-EXAMINED)}`;

/** A user says that it was not right, or wants something else than before. */
export const isCorrecting = (text: string): boolean => DISSATISFIED.test(ends(text)) || CHANGED_MIND.test(ends(text));

/** Somebody says that something cannot be done. */
export const saysCannot = (text: string): boolean => CANNOT.test(ends(text));

/** An answer leaves open whether it holds. */
export const isHedged = (text: string): boolean => HEDGED.test(ends(text));

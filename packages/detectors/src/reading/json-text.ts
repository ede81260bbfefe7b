/** How far a text is JSON. */
export type JsonText =
  /** a whole value; `end` is the index behind it */
  | { form: 'complete'; end: number }
  /** the text ends within the value */
  | { form: 'cut' }
  /** it breaks the grammar at this index */
  | { form: 'broken'; at: number };

const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
/** The beginning of a string or scalar at the very end of a text. */
const CUT_STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*(?:\\(?:u[0-9a-fA-F]{0,3})?)?$/y;
const CUT_SCALAR = /(?:-|-?\d+(?:\.\d*)?(?:[eE][+-]?\d*)?|t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?)$/y;

const match = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
};

/** Reads one JSON value (RFC 8259) from the beginning of a text, without building it. Depth and length are free. */
export function jsonText(text: string): JsonText {
  const open: string[] = [];
  let expects: 'value' | 'key' | 'first-key' | 'first-value' | 'colon' | 'comma' = 'value';
  let at = match(SPACE, text, 0);
  for (;;) {
    if (at >= text.length) return { form: 'cut' };
    const char = text[at] as string;
    if (expects === 'comma') {
      const container = open.at(-1);
      if (char === ',') expects = container === '{' ? 'key' : 'value';
      else if ((container === '{' && char === '}') || (container === '[' && char === ']')) open.pop();
      else return { form: 'broken', at };
      at += 1;
    } else if (expects === 'colon') {
      if (char !== ':') return { form: 'broken', at };
      expects = 'value';
      at += 1;
    } else if ((expects === 'first-key' && char === '}') || (expects === 'first-value' && char === ']')) {
      open.pop();
      expects = 'comma';
      at += 1;
    } else if (expects === 'key' || expects === 'first-key') {
      const end = match(STRING, text, at);
      if (end < 0) return match(CUT_STRING, text, at) < 0 ? { form: 'broken', at } : { form: 'cut' };
      expects = 'colon';
      at = end;
    } else if (char === '{' || char === '[') {
      open.push(char);
      expects = char === '{' ? 'first-key' : 'first-value';
      at += 1;
    } else if (open.length > 0 && match(CUT_SCALAR, text, at) >= 0) {
      return { form: 'cut' };
    } else {
      const end = Math.max(match(STRING, text, at), match(SCALAR, text, at));
      if (end < 0) {
        const isCut = match(CUT_STRING, text, at) >= 0 || match(CUT_SCALAR, text, at) >= 0;
        return isCut ? { form: 'cut' } : { form: 'broken', at };
      }
      expects = 'comma';
      at = end;
    }
    if (open.length === 0 && expects === 'comma') return { form: 'complete', end: at };
    at = match(SPACE, text, at);
  }
}

/** What may hide a semicolon: comments, quoted text and names. The last alternative of each is one that is still open. */
const pieces = /--[^\n]*|\/\*.*?(?:\*\/|$)|(['"`])(?:\\.|(?!\1)[^\\])*(?:\1|$)|;|./gs;

export interface SplitText {
  /** Complete statements, without their semicolons */
  readonly statements: readonly string[];
  /** What comes after the last semicolon */
  readonly rest: string;
}

/** Splits what a person types at the semicolons that end statements. */
export function splitStatements(text: string): SplitText {
  const statements: string[] = [];
  let current = '';
  for (const [piece] of text.matchAll(pieces)) {
    if (piece !== ';') {
      current += piece;
      continue;
    }
    if (current.trim() !== '') statements.push(current.trim());
    current = '';
  }
  return { statements, rest: current };
}

/**
 * Splits the text of a migration into its statements: they end at a semicolon, which inside a quoted text or a comment
 * ends nothing. Comments are left out; what they say is for readers of the file.
 */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let current = '';
  // a line comment, a block comment, a text or name in quotes (a backslash or doubling escapes), a semicolon
  const token = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\[\s\S]|'')*'|`(?:[^`\\]|\\[\s\S])*`|"(?:[^"\\]|\\[\s\S])*"|;/g;
  let from = 0;
  for (const match of sql.matchAll(token)) {
    const [text] = match;
    current += sql.slice(from, match.index);
    from = match.index + text.length;
    if (text === ';') {
      statements.push(current);
      current = '';
    } else if (!text.startsWith('--') && !text.startsWith('/*')) {
      current += text;
    }
  }
  statements.push(current + sql.slice(from));
  return statements.map((statement) => statement.trim()).filter((statement) => statement !== '');
}

const repeatable = [
  /^CREATE (TABLE|MATERIALIZED VIEW|VIEW|DICTIONARY) IF NOT EXISTS /i,
  /^CREATE OR REPLACE VIEW /i,
  /^DROP (TABLE|VIEW|DICTIONARY) IF EXISTS /i,
  /^ALTER TABLE \S+ (ADD|CLEAR|DROP|MODIFY|COMMENT) (COLUMN|INDEX) IF (NOT )?EXISTS /i,
  /^ALTER TABLE \S+ MODIFY (SETTING|TTL|COMMENT|QUERY) /i,
];

/**
 * Whether a statement may run twice, also at the same moment in two processes, with the result of running once.
 * ClickHouse has no lock that we could take, so all statements of all migrations must be of this kind.
 */
export function isRepeatable(statement: string): boolean {
  const oneLine = statement.replaceAll(/\s+/g, ' ');
  return repeatable.some((form) => form.test(oneLine));
}

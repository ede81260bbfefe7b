import { expect, test } from 'vitest';
import { splitStatements } from './statements.ts';

test.each([
  ['a statement ends at its semicolon', 'SELECT 1; SELECT 2', ['SELECT 1'], ' SELECT 2'],
  ['several lines are one statement', 'SELECT\n1\n;', ['SELECT\n1'], ''],
  ['a semicolon in text does not end it', "SELECT ';'", [], "SELECT ';'"],
  ['an escaped quote does not end text', "SELECT '\\';';", ["SELECT '\\';'"], ''],
  ['a doubled quote does not end text', "SELECT ''';';", ["SELECT ''';'"], ''],
  ['text that is still open hides what follows', "SELECT 'a;b", [], "SELECT 'a;b"],
  ['a quoted name may hold a semicolon', 'SELECT 1 AS `a;b`;', ['SELECT 1 AS `a;b`'], ''],
  ['a line comment hides a semicolon up to its end', 'SELECT 1 -- one; two\n;', ['SELECT 1 -- one; two'], ''],
  ['a comment may span lines', '/* ;\n; */ SELECT 1;', ['/* ;\n; */ SELECT 1'], ''],
  ['a comment that is still open hides what follows', '/* ;', [], '/* ;'],
  ['empty statements are none', ' ; ;\n', [], '\n'],
])('%s', (_name, text, statements, rest) => {
  expect(splitStatements(text)).toEqual({ statements, rest });
});

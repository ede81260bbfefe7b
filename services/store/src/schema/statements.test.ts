import { expect, test } from 'vitest';
import { isRepeatable, splitStatements } from './statements.ts';

test.for([
  ['semicolons end statements, the last needs none', 'SELECT 1;\nSELECT 2', ['SELECT 1', 'SELECT 2']],
  ['a semicolon in a text ends nothing', "SELECT 'a;b', 'it''s;', 'c\\';d';", ["SELECT 'a;b', 'it''s;', 'c\\';d'"]],
  ['a semicolon in a name ends nothing', 'SELECT `a;b`, "c;d";', ['SELECT `a;b`, "c;d"']],
  ['comments are left out, with their semicolons and quotes', "-- it's; one\nSELECT /* two; */ 1;", ['SELECT  1']],
  ['dashes in a text are no comment', "SELECT '--a';", ["SELECT '--a'"]],
  ['a file of comments has no statement', '-- nothing;\n;\n', []],
] as const)('%s', ([, sql, statements]) => {
  expect(splitStatements(sql)).toEqual(statements);
});

test.for([
  ['CREATE TABLE IF NOT EXISTS a (b Int8)', true],
  ['CREATE TABLE\n  a (b Int8)', false],
  ['CREATE OR REPLACE VIEW a AS SELECT 1', true],
  ['CREATE OR REPLACE TABLE a (b Int8)', false],
  ['ALTER TABLE a ADD COLUMN IF NOT EXISTS c String', true],
  ['ALTER TABLE a ADD COLUMN c String', false],
  ['DROP VIEW IF EXISTS a', true],
  ['DROP VIEW a', false],
  ['INSERT INTO a SELECT 1', false],
] as const)('%s: may run twice: %s', ([statement, repeatable]) => {
  expect(isRepeatable(statement)).toBe(repeatable);
});

import { expect, it } from 'vitest';
import { compareRevisions, type StoredRevisions } from './stored-revisions.ts';

const said = new Map([['f', 3]]);
const stored = (more: Partial<StoredRevisions> = {}) => new Map([['f', { least: 1, most: 3, copies: 1, ...more }]]);

it('is content with the latest revision, whether those before it have merged or not', () => {
  expect(compareRevisions(said, stored())).toEqual([]);
  expect(compareRevisions(said, stored({ least: 3 }))).toEqual([]);
});

it.each([
  ['one that is missing', new Map<string, StoredRevisions>(), 'f: not there'],
  ['the latest that is missing', stored({ most: 2 }), 'f: revision 2 in place of 3'],
  ['one that was never said', stored({ most: 4 }), 'f: revision 4 in place of 3'],
  ['one that came in twice', stored({ copies: 2 }), 'f: 2 rows of one revision'],
  ['what nobody spoke of', new Map([...stored(), ['g', { least: 1, most: 1, copies: 1 }]]), 'g: never said'],
])('tells of %s', (_, rows, problem) => {
  expect(compareRevisions(said, rows)).toEqual([problem]);
});

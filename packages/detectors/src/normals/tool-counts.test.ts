import { expect, test } from 'vitest';
import { toolSubject } from './tool-counts.ts';

const run = (called: string[], offered?: string[], release = 'shop 1.0') => ({
  called,
  release,
  ...(offered && { offered }),
});

test('what was called and what was offered is counted by tool', () => {
  const counts = toolSubject.empty();
  toolSubject.learn(counts, run(['get_order'], ['get_order', 'refund']));
  toolSubject.learn(counts, run(['get_order', 'refund']));
  expect(counts).toEqual({
    runs: 2,
    offering: 1,
    tools: [
      ['get_order', 2, 1],
      ['refund', 1, 1],
    ],
    isOpen: false,
    releases: [['shop 1.0', 2]],
  });
});

test('of an agent with ever new tools no more than 64 are kept, and it is known to have more', () => {
  const counts = toolSubject.empty();
  for (let i = 0; i < 70; i++) toolSubject.learn(counts, run([`tool_${i}`]));
  expect(counts.tools).toHaveLength(64);
  expect(counts).toMatchObject({ runs: 70, isOpen: true });
});

test('a name that is too long to be kept makes it one that has more', () => {
  const counts = toolSubject.empty();
  toolSubject.learn(counts, run(['x'.repeat(200)]));
  expect(counts).toMatchObject({ tools: [], isOpen: true });
});

test('the releases seen last are kept', () => {
  const counts = toolSubject.empty();
  for (let i = 0; i < 9; i++) toolSubject.learn(counts, run(['a'], undefined, `1.${i}`));
  toolSubject.learn(counts, run(['a'], undefined, '1.1'));
  expect(counts.releases.map(([release]) => release)).toEqual(['1.2', '1.3', '1.4', '1.5', '1.6', '1.7', '1.8', '1.1']);
  expect(counts.releases.at(-1)).toEqual(['1.1', 2]);
});

test('half is forgotten, but no tool altogether; what was counted apart is added', () => {
  const counts = toolSubject.empty();
  for (let i = 0; i < 8; i++) toolSubject.learn(counts, run(i < 3 ? ['a', 'rare'] : ['a'], ['a']));
  toolSubject.halve(counts);
  const tools = [
    ['a', 4, 4],
    ['rare', 3, 0],
  ];
  expect(counts).toEqual({ runs: 4, offering: 4, tools, isOpen: false, releases: [['shop 1.0', 4]] });
  const sum = toolSubject.empty();
  toolSubject.merge(sum, counts);
  expect(sum).toEqual(counts);
  expect(toolSubject.seen(sum)).toBe(4);
});

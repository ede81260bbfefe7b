import { expect, test } from 'vitest';
import { LabelBudget } from './labels.ts';

test('the first distinct values pass, later ones are other, for good', () => {
  const agents = new LabelBudget(2);
  expect(['planner', 'coder', 'planner', 'critic', 'coder'].map((agent) => agents.value(agent))).toEqual([
    'planner',
    'coder',
    'planner',
    'other',
    'coder',
  ]);
});

test('the empty value is none and takes nothing from the budget', () => {
  const agents = new LabelBudget(1);
  expect(agents.value('')).toBe('none');
  expect(agents.value('planner')).toBe('planner');
});

test('a budget below one is a mistake', () => {
  expect(() => new LabelBudget(0)).toThrow('≥ 1');
});

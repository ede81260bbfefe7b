import { describe, expect, it } from 'vitest';
import { ByteBudget } from './byte-budget.ts';

describe('ByteBudget', () => {
  it('refuses what would exceed it and gives back what a share held', () => {
    const seen: number[] = [];
    const budget = new ByteBudget(100, (inUse) => seen.push(inUse));
    {
      using first = budget.open();
      using second = budget.open();
      expect(first.grow(60)).toBe(true);
      expect(second.grow(40)).toBe(true);
      expect(second.grow(1)).toBe(false);
      expect(budget.inUse).toBe(100);
    }
    expect(budget.inUse).toBe(0);
    expect(seen).toEqual([60, 100, 60, 0]);
  });

  it('lets one request alone be larger than itself, or it would be refused for ever', () => {
    const budget = new ByteBudget(100);
    using alone = budget.open();
    expect(alone.grow(90)).toBe(true);
    expect(alone.grow(90)).toBe(true);
    using other = budget.open();
    expect(other.grow(1)).toBe(false);
  });
});

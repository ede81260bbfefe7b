import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ObservedNeeds, Who } from '../detector/normals.ts';
import { MemorySlots } from '../slots.ts';
import { LearnedNormals } from './learned-normals.ts';

const agent = (name: string, workflow = ''): Who => ({ role: 'leads', name, workflow });

const needing = (steps: number, who = agent('a'), isBeyond = false): ObservedNeeds => ({
  about: 'needs',
  of: [who],
  needs: { steps },
  isBeyond,
});

const stepsOf = (normals: LearnedNormals, who = agent('a'), tenant = 't') =>
  normals.needs(tenant, who)?.quantile('steps', 0.98);

it('what runs needed is known of their agent, workflow and tenant, and of no other', () => {
  const normals = new LearnedNormals(new MemorySlots());
  normals.learn('t', [needing(10, agent('a', 'w'))], 1);
  expect(stepsOf(normals, agent('a', 'w'))).toBeCloseTo(10, -1);
  expect(normals.needs('t', agent('a', 'w'))?.runs('steps')).toBe(1);
  expect(normals.needs('t', agent('a', 'w'))?.runs('tokens')).toBe(0);
  expect(stepsOf(normals, agent('a'))).toBeUndefined();
  expect(stepsOf(normals, agent('a', 'w'), 'other')).toBeUndefined();
  expect(normals.needs('t', { ...agent('a', 'w'), role: 'takes_part' })).toBeUndefined();
});

it('an answer is renewed when more was learned', () => {
  const normals = new LearnedNormals(new MemorySlots());
  normals.learn('t', [needing(10)], 1);
  expect(stepsOf(normals)).toBeLessThan(12);
  normals.learn('t', [needing(100)], 2);
  expect(stepsOf(normals)).toBeGreaterThan(90);
});

it('a run that goes beyond does not widen the normal, until such runs keep coming', () => {
  const normals = new LearnedNormals(new MemorySlots());
  for (let i = 0; i < 300; i++) normals.learn('t', [needing(10)], i);
  for (let i = 0; i < 12; i++) normals.learn('t', [needing(100, agent('a'), true)], 300 + i);
  expect(stepsOf(normals)).toBeLessThan(12);
  normals.learn('t', [needing(100, agent('a'), true)], 312);
  expect(stepsOf(normals)).toBeGreaterThan(90);
  expect(normals.needs('t', agent('a'))?.runs('steps')).toBe(313);
});

it('what was normal long ago is forgotten', () => {
  const slots = new MemorySlots();
  const normals = new LearnedNormals(slots, { halveAt: 40 });
  for (let i = 0; i < 39; i++) normals.learn('t', [needing(100)], i);
  for (let i = 0; i < 200; i++) normals.learn('t', [needing(10)], 100 + i);
  expect(stepsOf(normals)).toBeLessThan(12);
  expect(normals.needs('t', agent('a'))?.runs('steps')).toBeLessThan(40);
});

it('of too many agents those go that were not seen for longest', () => {
  const slots = new MemorySlots();
  const normals = new LearnedNormals(slots, { maxEntries: 16 });
  for (let i = 0; i < 16; i++) normals.learn('t', [needing(10, agent(`a${i}`))], i);
  normals.learn('t', [needing(10, agent('a0'))], 20);
  normals.learn('t', [needing(10, agent('new'))], 21);
  const known = [...Array(16).keys()].filter((i) => normals.needs('t', agent(`a${i}`)));
  expect(known).toEqual([0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  for (let i = 0; i < 1_000; i++) normals.learn('t', [needing(10, agent(`b${i}`))], 30 + i);
  expect([...slots.keys()].length).toBeLessThanOrEqual(16);
});

it('goes on the same over what was written and read back, at any point', () => {
  const lesson = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    steps: fc.nat(1_000),
    isBeyond: fc.boolean(),
  });
  const bounds = { maxEntries: 4, halveAt: 8, leastNewNormal: 2 };
  fc.assert(
    fc.property(fc.array(lesson, { maxLength: 60 }), fc.nat(60), (lessons, restartAt) => {
      const play = (isRestarted: boolean) => {
        let slots = new MemorySlots();
        let normals = new LearnedNormals(slots, bounds);
        lessons.forEach(({ name, steps, isBeyond }, i) => {
          if (isRestarted && i === restartAt) {
            slots = MemorySlots.restore(slots.snapshot());
            normals = new LearnedNormals(slots, bounds);
          }
          normals.learn('t', [needing(steps, agent(name), isBeyond)], i);
        });
        return JSON.parse(slots.snapshot());
      };
      expect(new Map(play(true))).toEqual(new Map(play(false)));
    }),
  );
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MemorySlots } from '../slots.ts';
import { forgetContexts, MAX_CONTEXTS, PathModel } from './path-model.ts';

const path = (...points: string[]) =>
  points.map((point) => ({ point: point.replace('!', ''), failed: point.endsWith('!') }));
const share = (model: PathModel, symbols: string[], point: string): number => 2 ** -model.bits(symbols, point);

it('gives what comes after a context the share that it had there, by the longest context that is known', () => {
  const model = new PathModel(new MemorySlots(), '', 0);
  for (let i = 0; i < 100; i++) model.learn(i % 4 === 0 ? path('a', 'x', 'c') : path('b', 'x', 'd'), 1);
  expect(share(model, [], 'a')).toBeCloseTo(0.25, 1);
  expect(share(model, ['x'], 'c')).toBeCloseTo(0.25, 1);
  expect(share(model, ['a', 'x'], 'c')).toBeGreaterThan(0.9);
  expect(share(model, ['b', 'x'], 'c')).toBeLessThan(0.05);
  expect(share(model, ['b', 'x'], 'nothing')).toBeGreaterThan(0);
});

it('keeps what follows a failure apart', () => {
  const model = new PathModel(new MemorySlots(), '', 0);
  for (let i = 0; i < 50; i++) model.learn(path('a', 'b'), 1);
  model.learn(path('a!', 'help'), 1);
  expect(model.after(['a!'], 1)?.next).toEqual({ help: 1 });
  expect(model.after(['a'], 1)?.next).toEqual({ b: 50 });
});

it('takes back exactly what it had learned', () => {
  const anyPath = fc.array(fc.constantFrom('a', 'b', 'c!'), { maxLength: 5 });
  fc.assert(
    fc.property(fc.array(anyPath, { maxLength: 6 }), anyPath, (before, taken) => {
      const [one, other] = [new MemorySlots(), new MemorySlots()];
      for (const slots of [one, other]) for (const each of before) new PathModel(slots, '', 0).learn(path(...each), 1);
      const model = new PathModel(other, '', 0);
      model.learn(path(...taken), 1);
      model.learn(path(...taken), -1);
      for (let order = 0; order < 4; order++)
        expect(model.after(taken, order)?.next ?? {}).toEqual(
          new PathModel(one, '', 0).after(taken, order)?.next ?? {},
        );
    }),
  );
});

it('forgets by halves, and what was rare altogether', () => {
  const slots = new MemorySlots();
  const model = new PathModel(slots, '', 0);
  for (let i = 0; i < 40; i++) model.learn(path('a', i === 0 ? 'rare' : 'b'), 1);
  expect(new PathModel(slots, '', 1).after(['a'], 1)).toMatchObject({ total: 20, next: { b: 19.5, rare: 0.5 } });
  expect(new PathModel(slots, '', 2).after(['a'], 1)?.next).toEqual({ b: 9.75 });
});

it('is bounded: of too many contexts those that were seen least go', () => {
  const slots = new MemorySlots();
  const model = new PathModel(slots, '', 0);
  let contexts = 0;
  for (let i = 0; i < 2_000; i++) {
    contexts += model.learn(path('usual', `odd${i}`), 1);
    if (contexts > MAX_CONTEXTS) contexts = forgetContexts(slots);
  }
  expect([...slots.keys()].length).toBeLessThanOrEqual(MAX_CONTEXTS + 4);
  expect(model.after(['usual'], 1)?.total).toBe(2_000);
});

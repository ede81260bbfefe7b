import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventsOf, type KeptStep } from './path-events.ts';

/** `llm`, or a tool, from when to when; `!` where it failed. */
const step = (point: string, start: number, end: number): KeptStep => ({
  spanId: `${point}@${start}`,
  point: point.replace('!', ''),
  start,
  end,
  receivedTime: end,
  failed: point.endsWith('!'),
});
const read = (steps: readonly KeptStep[], isDone = true): string[] =>
  eventsOf(steps, isDone).map(({ point, failed }) => (failed ? `${point}!` : point));

describe('a path', () => {
  it('has no inferences but those that end in words', () => {
    const steps = [
      step('llm', 0, 1),
      step('a', 1, 2),
      step('llm', 2, 3),
      step('llm', 4, 5),
      step('b', 5, 6),
      step('llm', 6, 7),
    ];
    expect(read(steps)).toEqual(['a', 'llm', 'b', 'llm']);
    expect(eventsOf(steps, true)).toMatchObject([
      { causeSpanId: 'llm@0' },
      { causeSpanId: 'llm@2' },
      { causeSpanId: 'llm@4' },
      {},
    ]);
  });

  it('has acts side by side in the order of their names, whichever ends first', () => {
    expect(read([step('llm', 0, 1), step('b', 1, 4), step('a', 1, 9), step('c', 9, 10)])).toEqual(['a', 'b', 'c']);
    expect(read([step('llm', 0, 1), step('b', 1, 9), step('a', 1, 4), step('c', 9, 10)])).toEqual(['a', 'b', 'c']);
  });

  it('has the same act again and again once, as it ended', () => {
    expect(read([step('a!', 0, 1), step('llm', 1, 2), step('a!', 2, 3), step('a', 4, 5), step('b!', 5, 6)])).toEqual([
      'a',
      'b!',
    ]);
  });

  it('that goes on ends before what others may still stand beside, or an inference whose calls are not known', () => {
    const steps = [step('llm', 0, 1), step('a', 1, 2), step('llm', 2, 3), step('b', 3, 4)];
    expect(read(steps, false)).toEqual(['a']);
    expect(read([...steps, step('llm', 4, 5)], false)).toEqual(['a', 'b']);
  });

  it('reads the same in whatever order its steps came, and begins as it began before it went on', () => {
    const anySteps = fc
      .array(
        fc.record({
          point: fc.constantFrom('llm', 'a', 'b', 'c'),
          gap: fc.integer({ min: 0, max: 2 }),
          ms: fc.integer({ min: 1, max: 3 }),
        }),
        { maxLength: 12 },
      )
      .map((all) => {
        let clock = 0;
        return all.map(({ point, gap, ms }, i) => {
          clock += gap + ms;
          return { ...step(point, clock - ms, clock), spanId: `${i}`.padStart(3, '0') };
        });
      });
    fc.assert(
      fc.property(anySteps, fc.nat(12), (steps, cut) => {
        expect(eventsOf(steps.toReversed(), true)).toEqual(eventsOf(steps, true));
        const part = read(steps.slice(0, cut), false);
        const points = (events: readonly string[]) => events.map((event) => event.replace('!', ''));
        if (steps.every(({ start }, i) => i === 0 || start >= (steps[i - 1] as KeptStep).end))
          expect(points(read(steps)).slice(0, part.length)).toEqual(points(part));
      }),
    );
  });
});

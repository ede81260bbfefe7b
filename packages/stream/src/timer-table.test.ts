import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimerTable } from './timer-table.ts';

type Command =
  | { do: 'schedule'; key: string; name: string; at: number }
  | { do: 'cancel'; key: string; name: string }
  | { do: 'fire' | 'checkpoint' | 'rollback' };

const key = fc.constantFrom('k', 'l');
const name = fc.constantFrom('x', 'y');
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ do: fc.constant('schedule' as const), key, name, at: fc.nat(20) }),
  fc.record({ do: fc.constant('cancel' as const), key, name }),
  fc.record({ do: fc.constantFrom('fire' as const, 'checkpoint' as const, 'rollback' as const) }),
);

describe('the timer table', () => {
  it('is what a plain map is, whatever is scheduled, cancelled, fired, kept and rolled back', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 80 }), (commands) => {
        const table = new TimerTable();
        const replica = new TimerTable();
        let present = new Map<string, number>();
        let saved = new Map<string, number>();
        const first = () => [...present].sort(([a, s], [b, t]) => s - t || (a < b ? -1 : 1))[0];
        for (const step of commands) {
          if (step.do === 'schedule') {
            table.schedule(step.key, step.name, step.at);
            present.set(`${step.key}${step.name}`, step.at);
          } else if (step.do === 'cancel') {
            table.cancel(step.key, step.name);
            present.delete(`${step.key}${step.name}`);
          } else if (step.do === 'fire') {
            const next = table.next();
            if (next) table.cancel(next.key, next.name);
            present.delete(first()?.[0] ?? '');
          } else if (step.do === 'checkpoint') {
            for (const change of table.checkpoint()) replica.restore(change);
            saved = new Map(present);
            expect(replica.size).toBe(saved.size);
            expect(replica.next()?.at).toBe(table.next()?.at);
          } else {
            table.rollback();
            present = new Map(saved);
          }
          const next = table.next();
          expect(next && [`${next.key}${next.name}`, next.at]).toEqual(first());
          expect(table.size).toBe(present.size);
          expect(table.hasTimer('k')).toBe([...present.keys()].some((timer) => timer.startsWith('k')));
        }
      }),
    );
  });

  it('stays small when a timer is put off a million times', () => {
    const table = new TimerTable();
    for (let i = 0; i < 1_000_000; i++) table.schedule('k', 'quiet', 1000 + i);
    expect(table.next()?.at).toBe(1_000_999);
    expect(table.size).toBe(1);
  });

  it('shows what was there when it was asked, and comes to an end though others keep coming', () => {
    const table = new TimerTable();
    for (const name of ['x', 'y']) table.schedule('old', name, 10);
    table.checkpoint();
    const saved = table.saved();
    const shown: string[] = [];
    for (let i = 0; i < 100; i++) {
      const { done, value } = saved.next();
      if (done) break;
      shown.push(`${value.key} ${value.name}`);
      table.schedule(`new ${i}`, 'x', i);
      table.checkpoint();
    }
    expect(shown).toEqual(['old x', 'old y']);
  });

  it('refuses a time that is none', () => {
    expect(() => new TimerTable().schedule('k', 'x', Number.NaN)).toThrow('timer x of k');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChangelogEncoder } from './changelog.ts';
import { type SlotChange, SlotStore } from './slot-store.ts';

type Command =
  | { do: 'put' | 'delete'; key: string; slot: string; value: number }
  | { do: 'deleteKey' | 'release'; key: string }
  | { do: 'alter'; key: string; slot: string }
  | { do: 'checkpoint' | 'rollback' };

const key = fc.constantFrom('k', 'l');
const slot = fc.constantFrom('a', 'b', 'c');
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ do: fc.constantFrom('put' as const, 'delete' as const), key, slot, value: fc.nat(9) }),
  fc.record({ do: fc.constantFrom('deleteKey' as const, 'release' as const), key }),
  fc.record({ do: fc.constant('alter' as const), key, slot }),
  fc.record({ do: fc.constantFrom('checkpoint' as const, 'rollback' as const) }),
);

function contents(store: SlotStore): Record<string, unknown> {
  const all: Record<string, unknown> = {};
  for (const k of store.keys()) {
    for (const s of store.slots(k)) all[`${k}/${s}`] = structuredClone(store.get(k, s));
  }
  return all;
}

/** Bytes of the entries that a snapshot of the store has, if each had its key. */
function snapshotBytes(store: SlotStore): number {
  let bytes = 0;
  const iterator = store.saved();
  for (let next = iterator.next(); !next.done; next = iterator.next()) {
    const encoder = new ChangelogEncoder('snapshot-part', 1);
    encoder.slot(next.value);
    bytes += encoder.byteLength;
  }
  return bytes;
}

describe('the slot store', () => {
  it('is what a plain map with copies is, through any puts, deletes, checkpoints and rollbacks', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const store = new SlotStore();
        const replica = new SlotStore();
        // l by its own slots, k by the store's
        const l = store.slotsOf('l');
        const put = (of: string, name: string, value: unknown) =>
          of === 'l' ? l.put(name, value) : store.put(of, name, value);
        const get = <T>(of: string, name: string) => (of === 'l' ? l.get<T>(name) : store.get<T>(of, name));
        let present = new Map<string, { n: number }>();
        let saved = new Map<string, { n: number }>();
        for (const step of commands) {
          if (step.do === 'put') {
            put(step.key, step.slot, { n: step.value });
            present.set(`${step.key}/${step.slot}`, { n: step.value });
          } else if (step.do === 'delete') {
            store.delete(step.key, step.slot);
            present.delete(`${step.key}/${step.slot}`);
          } else if (step.do === 'deleteKey') {
            store.delete(step.key);
            for (const name of [...present.keys()]) if (name.startsWith(`${step.key}/`)) present.delete(name);
          } else if (step.do === 'alter') {
            const value = get<{ n: number }>(step.key, step.slot);
            expect(value).toEqual(present.get(`${step.key}/${step.slot}`));
            if (value) {
              value.n += 100;
              put(step.key, step.slot, value);
              present.set(`${step.key}/${step.slot}`, { n: value.n });
            }
          } else if (step.do === 'release') {
            store.release(step.key);
          } else if (step.do === 'checkpoint') {
            for (const change of store.checkpoint()) replica.restore(change);
            saved = new Map(present);
            expect(contents(replica)).toEqual(Object.fromEntries(saved));
            expect(replica.size).toBe(store.size);
            expect(store.savedBytes).toBe(snapshotBytes(store));
            expect(replica.savedBytes).toBe(store.savedBytes);
          } else {
            store.rollback();
            present = new Map(saved);
          }
          expect(contents(store)).toEqual(Object.fromEntries(present));
          expect(store.size).toBe(new Set([...present.keys()].map((name) => name[0])).size);
        }
      }),
    );
  });

  it('undoes even what was altered without a put', () => {
    const store = new SlotStore();
    store.put('k', 'a', { n: 1 });
    store.checkpoint();
    const value = store.get<{ n: number }>('k', 'a');
    if (value) value.n = 2;
    expect([...store.alteredWithoutPut()]).toEqual(['k/a']);
    store.rollback();
    expect(store.get('k', 'a')).toEqual({ n: 1 });
  });

  it('gives the same object again and again until it is released, and an equal one after that', () => {
    const store = new SlotStore();
    store.put('k', 'a', { n: 1 });
    store.checkpoint();
    const live = store.get('k', 'a');
    store.checkpoint();
    expect(store.get('k', 'a')).toBe(live);
    store.put('k', 'a', { n: 2 });
    store.release('k');
    store.checkpoint();
    expect(store.get('k', 'a')).not.toBe(live);
    expect(store.get('k', 'a')).toEqual({ n: 2 });
  });

  it('sees what was altered after it was put, where it is audited', () => {
    const store = new SlotStore(true);
    const value = { n: 1 };
    store.put('k', 'a', value);
    store.checkpoint();
    expect([...store.alteredWithoutPut()]).toEqual([]);
    value.n = 2;
    expect([...store.alteredWithoutPut()]).toEqual(['k/a']);
  });

  it('sees what was altered between its put and the checkpoint, where it is audited', () => {
    const store = new SlotStore(true);
    const value = { n: 1 };
    store.put('k', 'a', value);
    store.put('k', 'b', { n: 1 });
    value.n = 2;
    store.checkpoint();
    expect([...store.alteredWithoutPut()]).toEqual(['k/a']);
    store.put('k', 'a', value);
    store.checkpoint();
    expect([...store.alteredWithoutPut()]).toEqual([]);
  });

  it('takes as many bytes whether what it holds was saved or not', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        const [saved, unsaved] = [new SlotStore(), new SlotStore()];
        for (const each of commands) {
          for (const store of [saved, unsaved]) {
            if (each.do === 'put') store.put(each.key, each.slot, { n: 'x'.repeat(each.value) });
            if (each.do === 'delete') store.delete(each.key, each.slot);
            if (each.do === 'deleteKey') store.delete(each.key);
          }
          if (each.do === 'checkpoint') saved.checkpoint();
          expect(saved.bytes).toBe(unsaved.bytes);
        }
        const { bytes } = saved;
        saved.checkpoint();
        expect([saved.bytes, saved.savedBytes]).toEqual([bytes, bytes]);
      }),
    );
  });

  it('gives only what differs from the last checkpoint', () => {
    const store = new SlotStore();
    store.put('k', 'a', { n: 1 });
    store.put('k', 'b', { n: 1 });
    store.checkpoint();
    store.put('k', 'a', { n: 1 });
    store.put('k', 'b', { n: 2 });
    store.put('k', 'c', 1);
    store.delete('k', 'c');
    expect(store.checkpoint()).toEqual([{ key: 'k', slot: 'b', json: '{"n":2}' }]);
  });

  it('gives one change for a key that loses all it had, and one for each slot of another', () => {
    const store = new SlotStore();
    for (const name of ['a', 'b', 'c']) {
      store.put('gone', name, 1);
      store.put('left', name, 1);
    }
    store.checkpoint();
    for (const name of ['a', 'b']) store.delete('left', name);
    store.delete('gone');
    store.put('gone', 'new', 1);
    store.delete('gone', 'new');
    const changes = store.checkpoint();
    expect(changes).toEqual([
      { key: 'left', slot: 'a', json: undefined },
      { key: 'left', slot: 'b', json: undefined },
      { key: 'gone', slot: undefined, json: undefined },
    ]);
  });

  it('leaves everything as it was when a value cannot be serialised', () => {
    const store = new SlotStore();
    store.put('k', 'good', 1);
    store.put('k', 'bad', 1n);
    expect(() => store.checkpoint()).toThrow('BigInt');
    store.delete('k', 'bad');
    expect(store.checkpoint().map(({ slot }: SlotChange) => slot)).toEqual(['good']);
  });

  it.each([undefined, () => 1, Symbol('s')])('refuses %s as a value', (value) => {
    const store = new SlotStore();
    expect(() => {
      store.put('k', 's', value);
      store.checkpoint();
    }).toThrow(TypeError);
  });
});

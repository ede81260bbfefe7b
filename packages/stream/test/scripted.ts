import type { SpanRevision } from '@spanwise/schemas';
import fc from 'fast-check';
import type { Processor, ProcessorContext, Topology } from '../src/topology.ts';

/**
 * A topology whose records say what is done with them: any use of the store, of timers and of outputs that a processor can
 * make, without more logic than that. What it forwards is made of all that it can see, so whatever is wrong shows.
 */
export type Op =
  | readonly ['put' | 'delete', slot: string]
  | readonly ['put-other', key: string, slot: string]
  | readonly ['delete-key']
  | readonly ['schedule', timer: string, afterMs: number]
  | readonly ['cancel', timer: string]
  | readonly ['forward', output: number, key: string]
  | readonly ['count', amount: number]
  | readonly ['curse']
  | readonly ['dump']
  | readonly ['throw' | 'unserialisable' | 'misfit' | 'no-output'];

/** A record whose key and group throw when they are asked for. */
const KEYLESS = '!';
const key = fc.constantFrom('k', 'l', 'm', 'n');
const slot = fc.constantFrom('a', 'b', 'c');
/** `t` and `u` clean up, `v` sets itself again and one of another key, `w` throws now and then, when it has done something. */
const timer = fc.constantFrom('t', 'u', 'v', 'w');
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('put' as const), slot) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('delete' as const), slot) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('put-other' as const), key, slot) },
  { weight: 1, arbitrary: fc.constant(['delete-key'] as const) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('schedule' as const), timer, fc.integer({ min: -20, max: 60 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('cancel' as const), timer) },
  { weight: 5, arbitrary: fc.tuple(fc.constant('forward' as const), fc.nat(9), key) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('count' as const), fc.integer({ min: 1, max: 9 })) },
  { weight: 1, arbitrary: fc.constant(['curse'] as const) },
  { weight: 1, arbitrary: fc.constant(['throw'] as const) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('unserialisable' as const, 'misfit' as const, 'no-output' as const)),
  },
);

export interface Scripted {
  key: string;
  time: number;
  ops: readonly Op[];
}

export const anyScripted: fc.Arbitrary<Scripted> = fc.record({
  key: fc.oneof({ weight: 30, arbitrary: key }, { weight: 1, arbitrary: fc.constant(KEYLESS) }),
  time: fc.nat(40),
  ops: fc.array(op, { maxLength: 5 }),
});

export function scriptedRecord({ key: group, time, ops }: Scripted, id: string): SpanRevision {
  return {
    tenant: 't',
    traceId: group,
    spanId: id,
    receivedTime: time,
    resolvedSessionId: JSON.stringify(ops),
    resolvedAgent: null,
    resolvedRelease: null,
    revision: 0,
  };
}

export interface Shape {
  outputs: number;
  /** 0: records are processed as they come. */
  delayMs: number;
}

export function scriptedTopology({ outputs, delayMs }: Shape): Topology<'SpanRevision'> {
  const names = Array.from({ length: outputs }, (_, i) => [`out-${i}`, 'SpanRevision' as const] as const);
  return {
    name: 'scripted',
    input: 'in',
    inputRecord: 'SpanRevision',
    outputs: { ...Object.fromEntries(names), totals: 'SpanRevision' },
    changelog: 'scripted-changelog',
    stateVersion: 1,
    keyOf,
    ...(delayMs > 0 && {
      reorder: {
        delayMs,
        groupOf: keyOf,
        endTimeOf: (record: SpanRevision) => record.receivedTime,
        idOf: (record: SpanRevision) => record.spanId,
      },
    }),
    createProcessor: (partition) => new ScriptedProcessor(outputs, partition),
  };
}

function keyOf({ traceId }: SpanRevision): string {
  if (traceId === KEYLESS) throw new Error('no key');
  return traceId;
}

interface Value {
  ids: string[];
  n: number;
}

class ScriptedProcessor implements Processor<SpanRevision> {
  readonly #outputs: number;
  readonly #partition: number;
  readonly #totals = new Map<string, number>();

  constructor(outputs: number, partition: number) {
    this.#outputs = outputs;
    this.#partition = partition;
  }

  process(record: SpanRevision, context: ProcessorContext): void {
    for (const each of JSON.parse(record.resolvedSessionId ?? '[]') as Op[]) {
      this.#do(each, record.traceId, record.spanId, context);
    }
  }

  punctuate(group: string, name: string, context: ProcessorContext): void {
    this.#forward(context, 0, group, `timer ${name} of ${group}: ${digest(context, group)}`);
    if (name === 't') context.store.delete(group, 'a');
    if (name === 'v') this.#again(group, context);
    if (name === 'w') this.#stumble(group, context);
    if (context.store.get(group, 'cursed')) throw new Error('cursed');
    if (name === 'u') context.store.delete(group);
  }

  beforeCommit(context: ProcessorContext): void {
    for (const [group, sum] of this.#totals) {
      const total = scriptedRecord({ key: `${this.#partition}/${group}`, time: 0, ops: [] }, 'total');
      context.forward<'SpanRevision'>('totals', group, { ...total, revision: sum });
    }
    this.#totals.clear();
  }

  #count(group: string, amount: number): void {
    this.#totals.set(group, (this.#totals.get(group) ?? 0) + amount);
  }

  /** Three times, at the latest with the state. */
  #again(group: string, context: ProcessorContext): void {
    const times = (context.store.get<number>(group, 'times') ?? 0) + 1;
    this.#count(group, times);
    if (times > 3) return;
    context.store.put(group, 'times', times);
    context.schedule(group, 'v', context.dueTime + 15);
    context.schedule(group === 'k' ? 'l' : 'k', 't', context.dueTime + 5);
    context.cancel(group, 'u');
  }

  #stumble(group: string, context: ProcessorContext): void {
    append(context, group, 'b', 'w');
    this.#count(group, 10_000);
    context.schedule(group, 'u', context.dueTime + 1);
    if ((context.store.get<Value>(group, 'b')?.n ?? 0) % 2 === 0) throw new Error('stumbled');
  }

  #do(each: Op, group: string, id: string, context: ProcessorContext): void {
    const { store } = context;
    switch (each[0]) {
      case 'put':
        append(context, group, each[1], id);
        break;
      case 'put-other':
        append(context, each[1], each[2], id);
        break;
      case 'delete':
        store.delete(group, each[1]);
        break;
      case 'delete-key':
        store.delete(group);
        break;
      case 'schedule':
        context.schedule(group, each[1], context.streamTime + each[2]);
        break;
      case 'cancel':
        context.cancel(group, each[1]);
        break;
      case 'forward':
        this.#forward(context, each[1], each[2], `${id} of ${group}: ${digest(context, group)}`);
        break;
      case 'count':
        this.#count(group, each[1]);
        break;
      case 'curse':
        store.put(group, 'cursed', true);
        break;
      case 'dump':
        for (const any of [...store.keys()].sort())
          this.#forward(context, 0, 'dump', `${any}: ${digest(context, any)}`);
        break;
      case 'throw':
        append(context, group, 'a', id);
        this.#count(group, 1_000);
        throw new Error('scripted');
      case 'unserialisable':
        this.#count(group, 1_000);
        // under a key that nothing deletes: what is gone at the commit was never serialised
        store.put('poison', 'a', 1n);
        break;
      case 'misfit':
        context.forward<'SpanRevision'>('out-0', group, {
          ...scriptedRecord({ key: group, time: 0, ops: [] }, id),
          revision: 0.5,
        });
        break;
      case 'no-output':
        store.delete(group);
        context.forward<'SpanRevision'>('nowhere', group, scriptedRecord({ key: group, time: 0, ops: [] }, id));
        break;
    }
  }

  #forward(context: ProcessorContext, output: number, group: string, text: string): void {
    const record = scriptedRecord({ key: group, time: context.partition, ops: [] }, text);
    record.resolvedAgent = `${context.streamTime}/${context.dueTime}`;
    context.forward<'SpanRevision'>(`out-${output % this.#outputs}`, group, record);
  }
}

function append({ store }: ProcessorContext, group: string, name: string, id: string): void {
  const value = store.get<Value>(group, name) ?? { ids: [], n: 0 };
  value.ids.push(id);
  value.ids.splice(0, value.ids.length - 3);
  value.n++;
  store.put(group, name, value);
}

/** All that the processor can see of a key. The order of slots is not promised: a restored store has that of the changelog. */
function digest({ store }: ProcessorContext, group: string): string {
  return [...store.slots(group)]
    .sort()
    .map((name) => `${name}=${JSON.stringify(store.get(group, name))}`)
    .join(' ');
}

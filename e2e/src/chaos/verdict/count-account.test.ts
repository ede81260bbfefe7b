import { encodeBlock, newRecord, topic } from '@spanwise/schemas';
import { expect, it } from 'vitest';
import { LATE_GRACE_MS } from '../config.ts';
import { Ledger } from '../load/ledger.ts';
import type { Route } from '../load/route.ts';
import { CountAccount } from './count-account.ts';
import { LateCopies } from './late-copies.ts';

const template = { traceId: '0', spanIds: ['s1', 's2'], sessionId: '0', findings: [] };

function accountOf(delayedMs: number, route: Route = 'block') {
  const ledger = new Ledger();
  for (const traceId of ['a', 'b']) ledger.acknowledged(traceId, { template, route, sessionId: traceId, delayedMs });
  const late = new LateCopies(ledger);
  return { late, account: new CountAccount(ledger, late) };
}

const [example] = topic('spans').example;
const block = (traceId: string, spanId: string) =>
  encodeBlock('Span', [newRecord('Span', { ...(example as object), traceId, spanId } as never)]);

it('is content with every span counted once', () => {
  const { account } = accountOf(0);
  account.add('a', 2);
  account.add('b', 2);
  expect(account.compare(4)).toEqual({ surplus: 0, problems: [] });
});

it.each([
  ['a span that a run counts twice', [3, 2], 4, 1, 'a: a run of 3 spans in place of 2'],
  ['a span that a run does not count', [1, 2], 4, 0, 'a: a run of 1 spans in place of 2'],
  ['a delta that is added twice', [2, 2], 6, 2, 'step_stats: 6 spans in place of 4'],
  ['a delta that is lost', [2, 2], 3, 0, 'step_stats: 3 spans in place of 4'],
])('tells of %s', (_, [a = 0, b = 0], inStepStats, surplus, problem) => {
  const { account } = accountOf(0);
  account.add('a', a);
  account.add('b', b);
  expect(account.compare(inStepStats)).toEqual({ surplus, problems: [problem] });
});

it('tells of runs that are missing, twice there, or were never sent', () => {
  const { account } = accountOf(0);
  account.add('a', 2);
  account.add('a', 2);
  account.add('c', 2);
  expect(account.compare(4).problems).toEqual([
    'c: a run that was never sent',
    'a: a run that is there twice',
    'b: no run',
  ]);
});

it.each([
  ['was held up on its way', LATE_GRACE_MS, 'block'],
  ["may have been read twice from the Collector's topic", 0, 'collector'],
] as const)('lets a copy count that came when its run had forgotten, of a run that %s', (_, delayedMs, route) => {
  const { account, late } = accountOf(delayedMs, route);
  late.see({ value: block('a', 's1'), time: 1_000 });
  late.see({ value: block('a', 's2'), time: 1_000 });
  late.see({ value: block('a', 's2'), time: 2_000 });
  late.see({ value: block('a', 's1'), time: 1_000 + LATE_GRACE_MS });
  late.see({ value: Buffer.from('poison'), time: 2_000 });
  late.see({ value: null, time: 2_000 });
  account.add('a', 3);
  account.add('b', 2);
  expect(account.compare(5)).toEqual({ surplus: 0, problems: [] });
});

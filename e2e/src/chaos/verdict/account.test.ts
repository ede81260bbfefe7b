import { expect, it } from 'vitest';
import type { TemplateRun } from '../load/corpus.ts';
import { Ledger } from '../load/ledger.ts';
import type { Route } from '../load/route.ts';
import { FindingAccount, SpanAccount } from './account.ts';

const template: TemplateRun = {
  traceId: '0',
  spanIds: ['s1', 's2', 's3'],
  sessionId: '0',
  findings: [{ pattern: 'retry_storm', spanId: 's2' }],
};

function ledgerOf(runs: Record<string, number>, route: Route = 'block'): Ledger {
  const ledger = new Ledger();
  for (const [traceId, delayedMs] of Object.entries(runs)) {
    ledger.acknowledged(traceId, { template, route, sessionId: traceId, delayedMs });
  }
  return ledger;
}

it('tells what is lost, twice and unknown', () => {
  const account = new SpanAccount(ledgerOf({ a: 0, b: 0, d: 0 }));
  for (const [trace, span] of ['a s1', 'a s2', 'a s2', 'a s3', 'b s1', 'c s1', 'a s9'].map((id) => id.split(' '))) {
    account.add(trace as string, span as string);
  }
  expect(account.stored).toBe(4);
  expect(account.duplicated).toBe(1);
  expect([...account.lost()]).toEqual(['b s2', 'b s3', 'd s1', 'd s2', 'd s3']);
  expect(account.unknown).toEqual(['c s1', 'a s9']);
});

it('what is stored and judged by nobody has to be there, and is no span of the load', () => {
  const ledger = ledgerOf({});
  ledger.acknowledgedUnjudged('x', 's1');
  ledger.acknowledgedUnjudged('y', 's1');
  const account = new SpanAccount(ledger);
  account.add('x', 's1');
  expect(account).toMatchObject({ stored: 0, unknown: [] });
  expect([...account.lost()]).toEqual(['y s1']);
});

it('a trace is sent once', () => {
  const ledger = ledgerOf({ a: 0 });
  expect(() => ledger.acknowledged('a', { template, route: 'block', sessionId: 'a', delayedMs: 0 })).toThrow(
    'the trace a was sent before',
  );
});

it('tells which findings are missing and which are too many', () => {
  const account = new FindingAccount(ledgerOf({ a: 0, b: 0, c: 0 }));
  account.add('a', 'retry_storm', 's2');
  account.add('b', 'retry_storm', 's2');
  account.add('b', 'retry_storm', 's2');
  account.add('b', 'recovery', 's3');
  expect(account.compare()).toEqual({
    expected: 3,
    missing: ['c retry_storm s2'],
    extra: ['b retry_storm s2', 'b recovery s3'],
  });
});

it('a finding in a run that was never sent is too many, whatever its pattern', () => {
  const account = new FindingAccount(ledgerOf({}));
  account.add('z', 'retry_storm', 's2');
  account.add('z', 'runaway_cost', 's3');
  expect(account.compare().extra).toEqual(['z retry_storm s2', 'z runaway_cost s3']);
});

it.each([
  ['a run that was held up', ledgerOf({ a: 60_000 })],
  ["what went through the Collector's topic", ledgerOf({ a: 0 }, 'collector')],
])('knows nothing in advance of %s', (_, ledger) => {
  const account = new FindingAccount(ledger);
  expect(account.compare()).toEqual({ expected: 0, missing: [], extra: [] });
  expect(account.unpredicted).toBe(1);
});

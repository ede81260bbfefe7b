import { expect, it } from 'vitest';
import { Ledger } from '../load/ledger.ts';
import { accountForSessions } from './session-account.ts';

const template = { traceId: '0', spanIds: ['s1'], sessionId: '0', findings: [] };

function ledger(delayedMs: number): Ledger {
  const made = new Ledger();
  for (const traceId of ['a', 'b']) {
    made.acknowledged(traceId, { template, route: 'block', sessionId: 'conv-1', delayedMs });
  }
  made.acknowledged('c', { template, route: 'block', sessionId: 'c', delayedMs });
  return made;
}

it('runs of one conversation are one session, others one each', () => {
  expect(accountForSessions(ledger(0), new Set(['conv-1', 'c']))).toEqual({ missing: [], extra: [] });
});

it('tells which are missing and which are too many', () => {
  expect(accountForSessions(ledger(0), new Set(['conv-1', 'a', 'd']))).toEqual({ missing: ['c'], extra: ['a', 'd'] });
});

it('lets a run that was held up be a session of its own besides', () => {
  expect(accountForSessions(ledger(60_000), new Set(['conv-1', 'a', 'c']))).toEqual({ missing: [], extra: [] });
});

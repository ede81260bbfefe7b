import { expect, test } from 'vitest';
import { RunJudge } from '../judge/run-judge.ts';
import { MemorySlots } from '../slots.ts';
import { cases, pipeline, REQUEST } from './context-decay.cases.ts';
import { contextDecay, observedRetention } from './context-decay.ts';
import { describeCases } from './detector-cases.ts';
import { caseSettings, standingFindings } from './judged-cases.ts';

describeCases('context_decay', () => contextDecay(caseSettings.context_decay), cases);

test('what survives each handoff is observed, for whoever learns what is normal', () => {
  const slots = new MemorySlots();
  const judge = new RunJudge({ detectors: [contextDecay()] });
  for (const span of pipeline(REQUEST, 'Refund A-1042, 59.90 EUR.', 'Refund A-1042.'))
    judge.onSpan(slots, span, 1_000_000);
  const state = slots.get('d/context_decay') as Parameters<typeof observedRetention>[0];
  expect(observedRetention(state, judge.viewOf(slots))).toEqual([
    { from: 'triage', to: 'billing', share: 2 / 5 },
    { from: 'billing', to: 'ledger', share: 1 / 2 },
  ]);
});

test('the summary says what was lost, and the evidence where', () => {
  const run = pipeline(
    REQUEST,
    'Refund A-1042, 59.90 EUR, bought on 2026-01-02; do not cancel the subscription.',
    'Refund A-1042.',
  );
  const [finding] = standingFindings([contextDecay()], run);
  expect(finding?.summary).toBe(
    'ledger got 1 of the 5 values and rules that the work began with; lost: 59.9, 2026-01-02, c-77, do not cancel the subscription',
  );
  expect(JSON.parse(finding?.evidence ?? '').seen).toEqual([
    'billing → ledger: 59.9',
    'billing → ledger: 2026-01-02',
    'triage → billing: c-77',
    'billing → ledger: do not cancel the subscription',
  ]);
});

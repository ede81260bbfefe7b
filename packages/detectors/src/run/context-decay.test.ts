import { expect, test } from 'vitest';
import { RunJudge } from '../judge/run-judge.ts';
import { LearnedNormals } from '../normals/learned-normals.ts';
import { MemorySlots } from '../slots.ts';
import { cases, pipeline, REQUEST } from './context-decay.cases.ts';
import { contextDecay } from './context-decay.ts';
import { describeCases } from './detector-cases.ts';
import { caseSettings, standingFindings } from './judged-cases.ts';

describeCases('context_decay', () => contextDecay(caseSettings.context_decay), cases);

test('what survives each handoff is observed, for whoever learns what is normal', () => {
  const slots = new MemorySlots();
  const judge = new RunJudge({ detectors: [contextDecay()] });
  const most = 'Refund A-1042, 59.90 EUR, bought on 2026-01-02; do not cancel the subscription.';
  for (const span of pipeline(REQUEST, most, 'Refund A-1042, 59.90 EUR; do not cancel the subscription.'))
    judge.onSpan(slots, span, 1_000_000);
  expect(judge.onEnd(slots, 'closed', 2_000_000).observations).toEqual([
    { about: 'retention', from: 'triage', to: 'billing', share: 4 / 5, isBeyond: false },
    { about: 'retention', from: 'billing', to: 'ledger', share: 3 / 4, isBeyond: false },
  ]);
});

test('what normally survives a handoff is learned, and what is clearly less is found', () => {
  const normals = new LearnedNormals(new MemorySlots());
  const judge = new RunJudge({ detectors: [contextDecay()] });
  const play = (told: string, at: number) => {
    const slots = new MemorySlots();
    const outputs = pipeline(REQUEST, told).map((span) => judge.onSpan(slots, span, at, normals));
    outputs.push(judge.onEnd(slots, 'closed', at, normals));
    for (const { observations } of outputs) normals.learn('default', observations, at);
    return outputs.flatMap(({ findings }) => findings);
  };
  // Two of five go lost, as a rule; in every fifth handoff nothing does.
  for (let i = 0; i < 50; i++) expect(play(i % 5 === 0 ? REQUEST : 'Refund A-1042, 59.90 EUR, C-77.', i)).toEqual([]);
  expect(play('Refund A-1042, 59.90 EUR, C-77.', 60)).toEqual([]);
  expect(play('Refund A-1042.', 61)).toMatchObject([
    { pattern: 'context_decay', severity: 'medium', evidence: expect.stringContaining('below_normal') },
  ]);
  expect(normals.retention('default', 'triage', 'billing')?.handoffs).toBe(51);
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

import type { Finding } from '@spanwise/schemas';
import { callFields, trace } from '@spanwise/testkit/spans';
import { expect, test } from 'vitest';
import { contextContractViolation } from '../run/context-contract-violation.ts';
import { contextDecay } from '../run/context-decay.ts';
import { MemorySlots } from '../slots.ts';
import { RunJudge } from './run-judge.ts';

const contracts = [{ to: 'c', schema: { required: ['order_id', 'consent'] } }];
const payload = (to: string, fields: unknown) => callFields(`transfer_to_${to}`, fields);

/** From a to b with a consent, from b to c without. */
const spans = trace({ agent: 'a' })
  .step('handoff to b', { kind: 'handoff', handoffTo: 'b', ...payload('b', { order_id: 'A-1', consent: true }) })
  .agent('b', (run) =>
    run.step('handoff to c', { kind: 'handoff', handoffTo: 'c', ...payload('c', { order_id: 'A-1' }) }),
  )
  .end();

function judged(isDeclared: boolean) {
  const detectors = [
    contextDecay({ criticalKeys: ['consent'] }),
    contextContractViolation({ contracts: isDeclared ? contracts : [] }),
  ];
  const judge = new RunJudge({ detectors: detectors as ConstructorParameters<typeof RunJudge>[0]['detectors'] });
  const slots = new MemorySlots();
  const standing = new Map<string, Finding>();
  for (const span of spans)
    for (const finding of judge.onSpan(slots, span, 1_000_000).findings) standing.set(finding.findingId, finding);
  const { findings, run } = judge.onEnd(slots, 'closed', 2_000_000);
  for (const finding of findings) standing.set(finding.findingId, finding);
  return { run, findings: [...standing.values()].filter(({ withdrawn }) => !withdrawn) };
}

test('what follows from another finding points to it, and weighs nothing beside it', () => {
  const { run, findings } = judged(true);
  const cause = findings.find(({ pattern }) => pattern === 'context_contract_violation');
  const effect = findings.find(({ pattern }) => pattern === 'context_decay');
  expect(cause?.supersededBy).toBe('');
  expect(effect?.supersededBy).toBe(cause?.findingId);
  expect(run?.reasons.map(({ pattern }) => pattern)).toEqual(['context_contract_violation']);
});

test('without its cause it stands for itself', () => {
  const { run, findings } = judged(false);
  expect(findings.map(({ pattern, supersededBy }) => [pattern, supersededBy])).toEqual([['context_decay', '']]);
  expect(run?.reasons.map(({ pattern }) => pattern)).toEqual(['context_decay']);
});

import type { Span } from '@spanwise/schemas';
import { expect, test } from 'vitest';
import type { RunView } from '../detector/run-view.ts';
import { RunJudge } from '../judge/run-judge.ts';
import { countHandoff, newHandoffCounts, normOf } from '../relations/handoff-norms.ts';
import { MemorySlots } from '../slots.ts';
import { cases, delegation } from './context-contract-violation.cases.ts';
import { contextContractViolation, observedHandoffs } from './context-contract-violation.ts';
import { describeCases } from './detector-cases.ts';
import { caseSettings, standingFindings } from './judged-cases.ts';

const detector = () => contextContractViolation(caseSettings.context_contract_violation);

describeCases('context_contract_violation', detector, cases);

test('what handoffs carried that ended well is the norm for those that follow', () => {
  const counts = newHandoffCounts();
  const learning = contextContractViolation();
  for (let i = 0; i < 50; i++) {
    const slots = new MemorySlots();
    const judge = new RunJudge({ detectors: [learning] });
    for (const span of delegation({ order_id: `A-${i}`, amount: i, ...(i % 3 === 0 ? { note: 'x' } : {}) }))
      judge.onSpan(slots, span, 1_000_000 + i);
    const run: RunView = judge.viewOf(slots);
    const state = slots.get('d/context_contract_violation') as Parameters<typeof observedHandoffs>[0];
    const [observed] = observedHandoffs(state, run);
    expect(observed).toMatchObject({ from: 'triage_agent', to: 'refunds_agent' });
    if (observed) countHandoff(counts, observed.shape);
    expect(normOf(counts) === undefined).toBe(i < 49);
  }
  expect(normOf(counts)?.required).toEqual({ order_id: 'string', amount: 'number' });
  const norms = () => normOf(counts);
  const found = standingFindings([contextContractViolation({ norms })], delegation({ order_id: 'A-7' }));
  expect(found).toMatchObject([{ severity: 'medium', summary: expect.stringContaining('lacks "amount"') }]);
  expect(standingFindings([contextContractViolation({ norms })], delegation({ order_id: 'A-7', amount: 0 }))).toEqual(
    [],
  );
});

test.each([
  ['no receiver', { to: '', schema: {} }, /needs `to`/],
  ['no schema', { to: 'a', schema: 'order_id' }, /handoffs to "a" needs `schema`/],
  ['no field', { to: 'a', schema: { type: 'object' } }, /declares no field/],
  ['names that are none', { to: 'a', schema: { required: [1] } }, /no list of field names/],
])('a contract with %s is refused', (_, contract, message) => {
  expect(() => contextContractViolation({ contracts: [contract] })).toThrow(message);
});

test.each([
  ['carries a payload', { order_id: 'A-1', amount: 1, reason: 'x' }, false],
  ['names its target and nothing else', { agent: 'refunds_agent' }, true],
])('coverage says whether it could see: a handoff that %s', (_, payload, isBlind) => {
  const slots = new MemorySlots();
  const judge = new RunJudge({ detectors: [detector()] });
  for (const span of delegation(payload)) judge.onSpan(slots, span, 1_000_000);
  const { blind } = JSON.parse(judge.onEnd(slots, 'closed', 2_000_000).run?.coverage ?? '{}');
  expect(blind.includes('context_contract_violation')).toBe(isBlind);
});

test('a contract that another one was put before still says of an open run what it said', () => {
  const refunds = { to: 'refunds_agent', schema: { required: ['order_id', 'reason'] } };
  const other = { to: 'ledger', schema: { required: ['account'] } };
  const [first, ...rest] = delegation({ order_id: 'A-1' });
  const slots = new MemorySlots();
  const before = new RunJudge({ detectors: [contextContractViolation({ contracts: [refunds] })] });
  const after = new RunJudge({ detectors: [contextContractViolation({ contracts: [other, refunds] })] });
  const found = [before.onSpan(slots, first as Span, 1), ...rest.map((span, i) => after.onSpan(slots, span, 2 + i))]
    .flatMap(({ findings }) => findings)
    .concat(after.onEnd(slots, 'closed', 90_000).findings);
  expect(found.at(-1)).toMatchObject({ withdrawn: false, summary: expect.stringContaining('lacks "reason"') });
});

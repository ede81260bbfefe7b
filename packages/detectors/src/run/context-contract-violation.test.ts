import type { Span } from '@spanwise/schemas';
import { expect, test } from 'vitest';
import { RunJudge } from '../judge/run-judge.ts';
import { LearnedNormals } from '../normals/learned-normals.ts';
import { MemorySlots } from '../slots.ts';
import { cases, delegation, offered } from './context-contract-violation.cases.ts';
import { contextContractViolation } from './context-contract-violation.ts';
import { describeCases } from './detector-cases.ts';
import { caseSettings } from './judged-cases.ts';

const detector = () => contextContractViolation(caseSettings.context_contract_violation);

describeCases('context_contract_violation', detector, cases);

/** Lets runs happen one after the other, each judged by what the ones before it have taught; the findings of each. */
function afterEachOther(runs: readonly (readonly Span[])[]) {
  const normals = new LearnedNormals(new MemorySlots());
  const judge = new RunJudge({ detectors: [contextContractViolation()] });
  return runs.map((run, i) => {
    const slots = new MemorySlots();
    const outputs = run.map((span) => judge.onSpan(slots, span, i, normals));
    outputs.push(judge.onEnd(slots, 'closed', i, normals));
    for (const { run, observations } of outputs) if (run) normals.learn(run.tenant, observations, i);
    return outputs.flatMap(({ findings }) => findings);
  });
}

const orders = (count: number, fields: (i: number) => object = () => ({})): Span[][] =>
  Array.from({ length: count }, (_, i) =>
    delegation({ order_id: `A-${i}`, amount: i, ...(i % 3 === 0 ? { note: 'x' } : {}), ...fields(i) }),
  );

test('what handoffs carried that ended well is the contract of those that follow', () => {
  const found = afterEachOther([
    ...orders(30),
    delegation({ order_id: 'A-7' }),
    delegation({ order_id: 'A-7', amount: 0 }),
  ]);
  expect(found.slice(0, 30).flat()).toEqual([]);
  expect(found[30]).toMatchObject([{ severity: 'medium', summary: expect.stringContaining('lacks "amount"') }]);
  expect(JSON.parse(found[30]?.[0]?.evidence ?? '')).toMatchObject({ numbers: { handoffs: 30, missing: 1 } });
  expect(found[31]).toEqual([]);
});

test('is silent until enough handoffs of the pair ended well', () => {
  expect(afterEachOther([...orders(9), delegation({ order_id: 'A-7' })]).flat()).toEqual([]);
});

test.each([10, 29])('%i handoffs that all had a field are a hint', (count) => {
  const found = afterEachOther([...orders(count), delegation({ order_id: 'A-7' })]);
  expect(found.slice(0, count).flat()).toEqual([]);
  expect(found[count]).toMatchObject([{ severity: 'info', summary: expect.stringContaining('lacks "amount"') }]);
});

test('a hint that does not come true is given twice, and no more until there is far more to learn from', () => {
  const optional = orders(40, (i) => (i >= 10 && i % 4 === 0 ? { amount: undefined } : {}));
  const found = afterEachOther(optional).map(({ length }) => length);
  expect(found.flatMap((count, i) => (count > 0 ? [i] : []))).toEqual([12, 16]);
});

test('handoffs that break a hint still count against what is established later', () => {
  const lacks = (i: number) => [12, 16, 36, 37, 38, 39].includes(i);
  const found = afterEachOther(orders(50, (i) => (lacks(i) ? { amount: undefined } : {})));
  expect(found.flatMap((each, i) => each.map(({ severity }) => [i, severity]))).toEqual([
    [12, 'info'],
    [16, 'info'],
    [36, 'medium'],
  ]);
});

test('what a definition declares optional takes fifty handoffs to be missed where it is not there', () => {
  const parameters = { type: 'object', properties: {}, required: ['order_id'] };
  const ask = (payload: object) => offered(payload, { ...parameters, properties: { order_id: {}, reason: {} } });
  const good = (count: number) => Array.from({ length: count }, (_, i) => ask({ order_id: `A-${i}`, reason: 'x' }));
  const missed = (count: number) => afterEachOther([...good(count), ask({ order_id: 'A-7' })]).flat();
  expect(missed(49)).toEqual([]);
  expect(missed(50).at(-1)).toMatchObject({ severity: 'low', summary: expect.stringContaining('lacks "reason"') });
});

test('a contract is learned of each form in which payloads come: alone, or in the envelope of an instrumentation', () => {
  const enveloped = (fields: object) => ({ args: [], kwargs: { request: `Refund: ${JSON.stringify(fields)}` } });
  const runs = orders(60).map((run, i) =>
    i % 3 === 0 ? delegation(enveloped({ order_id: `A-${i}`, amount: i })) : run,
  );
  const found = afterEachOther([
    ...runs,
    delegation({ order_id: 'A-7' }),
    delegation(enveloped({ order_id: 'A-7' })),
    delegation(enveloped({ order_id: 'A-7', amount: 0 })),
    delegation({ args: [], kwargs: { request: 'Please see to it.' } }),
  ]);
  expect(found.map(({ length }) => length)).toEqual([...runs.map(() => 0), 1, 1, 0, 0]);
});

test('a field that is no longer handed over is asked for some times, and then no more', () => {
  const without = Array.from({ length: 12 }, (_, i) => delegation({ order_id: `A-${i}` }));
  const found = afterEachOther([...orders(100), ...without]).slice(100);
  expect(found.map(({ length }) => length)).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
});

test('a field that the first handoffs had by chance is held to be optional after some that lack it', () => {
  const optional = orders(200, (i) => (i > 50 && i % 10 === 0 ? { amount: null } : {}));
  const found = afterEachOther(optional).map(({ length }) => length);
  expect(found.flatMap((count, i) => (count > 0 ? [i] : []))).toEqual([60, 70, 80, 90, 100]);
});

test.each([
  ['no receiver', { to: '', schema: {} }, /needs `to`/],
  ['no schema', { to: 'a', schema: 'order_id' }, /handoffs to "a" needs `schema`/],
  ['no field', { to: 'a', schema: { type: 'object' } }, /declares no field/],
  ['names that are none', { to: 'a', schema: { required: [1] } }, /no list of field names/],
])('a contract with %s is refused', (_, contract, message) => {
  expect(() => contextContractViolation({ contracts: [contract] })).toThrow(message);
});

const target = { agent: 'refunds_agent' };
const takesTarget = { type: 'object', properties: { agent: { type: 'string' } }, required: ['agent'] };

test.each([
  ['carries a payload', delegation({ order_id: 'A-1', amount: 1, reason: 'x' }), false],
  ['names its target and nothing else', delegation(target), true],
  ['names what the offered tool asks for, its target', offered(target, takesTarget), true],
  ['lacks what the offered tool asks for', offered({}, takesTarget), false],
])('coverage says whether it could see: a handoff that %s', (_, run, isBlind) => {
  const slots = new MemorySlots();
  const judge = new RunJudge({ detectors: [detector()] });
  for (const span of run) judge.onSpan(slots, span, 1_000_000);
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

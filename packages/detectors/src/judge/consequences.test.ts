import type { Finding, Span } from '@spanwise/schemas';
import { callFields, says, type TraceBuilder, trace } from '@spanwise/testkit/spans';
import { expect, test } from 'vitest';
import { contextContractViolation } from '../run/context-contract-violation.ts';
import { contextDecay } from '../run/context-decay.ts';
import { caseNormals } from '../run/judged-cases.ts';
import { runDetectors } from '../run/registry.ts';
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

/** All that stands after a run that every pattern judged, by what is normal for agents of the cases. */
function standing(run: readonly Span[]) {
  const judge = new RunJudge({ detectors: runDetectors() });
  const slots = new MemorySlots();
  const known = new Map<string, Finding>();
  const outputs = [
    ...run.map((span) => judge.onSpan(slots, span, 1_000_000, caseNormals)),
    judge.onEnd(slots, 'closed', 2_000_000, caseNormals),
  ];
  for (const finding of outputs.flatMap((output) => output.findings)) known.set(finding.findingId, finding);
  const findings = [...known.values()].filter(({ withdrawn }) => !withdrawn);
  return {
    findings,
    of: (pattern: string) => findings.find((finding) => finding.pattern === pattern),
    run: outputs.at(-1)?.run,
  };
}

test('a call that fails of a value from nowhere follows from that value, where the run first went wrong', () => {
  const input = [says('user', 'Please refund order W2378156')];
  const args = { order_id: 'W2378165' };
  const spansOfRun = trace()
    .llm({ input, calls: [{ name: 'refund_order', arguments: args, id: 'c' }] })
    .tool('refund_order', args, { callId: 'c', error: 'no such order W2378165' })
    .llm({ text: 'Sorry, it failed.' })
    .end();
  const { of, run } = standing(spansOfRun);
  expect(of('unresolved_error')?.supersededBy).toBe(of('ungrounded_argument')?.findingId);
  expect(run?.reasons.map(({ pattern }) => pattern)).toEqual(['ungrounded_argument']);
  expect(run?.rootCauseSpanId).toBe(spansOfRun[0]?.spanId);
});

test('the error of a caller that gave up follows from the cascade, which begins at the dependency', () => {
  const late = (after: number) => ({
    failed: true,
    status: 'error' as const,
    errorMessage: `timed out after ${after} s`,
  });
  const spansOfRun = trace()
    .within(
      'execute_tool get_order',
      (tool) => {
        tool.within('GET /orders', (api) => api.step('SELECT', { service: 'db', ...late(5) }), {
          service: 'api',
          ...late(6),
        });
      },
      { kind: 'tool', tool: 'get_order', ...late(7) },
    )
    .llm({ text: 'I could not get your order.' })
    .end();
  const { of, run } = standing(spansOfRun);
  expect(of('unresolved_error')?.supersededBy).toBe(of('timeout_cascade')?.findingId);
  expect(run?.rootCauseSpanId).toBe(spansOfRun[0]?.spanId);
});

const notes = (run: TraceBuilder, count: number): TraceBuilder => {
  for (let i = 0; i < count; i++) run.call('read_note', { note: `n-${i}` }, { result: { text: `words ${i}` } });
  return run;
};

test('a cost that recoveries from recoveries have made follows from them', () => {
  const run = notes(trace({ agent: 'researcher' }), 6);
  const order = { order_id: 'A-1042' };
  for (const repair of ['refresh_credentials', 'switch_region', 'reconnect']) {
    run
      .call('get_order', order, { error: 'HTTP 503 Service Unavailable' })
      .call(repair, { service: 'orders' }, { error: 'InternalError: no healthy upstream' })
      .call(repair, { service: 'orders' }, { result: { done: repair } });
  }
  const { of } = standing(
    run
      .call('get_order', order, { result: { total: 45 } })
      .llm({ text: 'It is 45 EUR.' })
      .end(),
  );
  expect(of('runaway_cost')?.summary).toContain('without 6 calls that failed or repeated others');
  expect(of('runaway_cost')?.supersededBy).toBe(of('compounding_recovery')?.findingId);
});

test('a cost that a few failures do not account for stands for itself', () => {
  const run = trace({ agent: 'researcher' });
  for (let i = 0; i < 5; i++) run.call('get_order', { order_id: 'A-1042' }, { error: 'HTTP 503 Service Unavailable' });
  const { of } = standing(notes(run, 30).llm({ text: 'That is all.' }).end());
  expect(of('retry_storm')).toBeDefined();
  expect(of('runaway_cost')?.supersededBy).toBe('');
});

test('what could not be obtained by guessing follows from the guesses', () => {
  const run = trace({ agent: 'support' }).llm({ input: [says('user', 'which plan do I have?')] });
  for (let i = 1; i <= 6; i++) run.call('get_plan', { plan_id: `P100${i}` }, { error: `Plan P100${i} not found` });
  const { of } = standing(run.llm({ text: 'Sorry, I cannot find your plan.' }).end());
  expect(of('unresolved_error')?.supersededBy).toBe(of('no_progress_loop')?.findingId);
});

import type { Span, StatedFact } from '@spanwise/schemas';
import { says, trace } from '@spanwise/testkit/spans';
import { describe, expect, test } from 'vitest';
import { RunJudge } from '../judge/run-judge.ts';
import { MemorySlots } from '../slots.ts';
import { signalSources } from './registry.ts';
import type { SignalDraft } from './signal-source.ts';

function signalsOf(spans: readonly Span[]): SignalDraft[] {
  const judge = new RunJudge({ detectors: [], sources: signalSources() });
  const slots = new MemorySlots();
  const sent: SignalDraft[] = [];
  spans.forEach((span, i) => {
    const output = judge.onSpan(slots, span, 1_000 + i);
    expect(output.faults).toEqual([]);
    sent.push(...output.signals);
  });
  sent.push(...judge.onEnd(slots, 'closed', 99_000).signals);
  return sent;
}

const factsIn = (spans: readonly Span[]): string[] =>
  signalsOf(spans)
    .flatMap(({ key, body }) => (body.facts?.facts ?? []).map((fact: StatedFact) => ({ key, ...fact })))
    .filter(({ key }) => !key.startsWith('reference:'))
    .map(({ key, field, value, role, basis }) => `${key} ${field}=${value} ${role}${basis === '' ? '' : ` ${basis}`}`);

describe('what runs state of things', () => {
  test('a look-up by an id tells of the thing', () => {
    const run = trace({ agent: 'desk', conversationId: 'conv-1' });
    const result = { order_id: 'W12', customer_id: 'C-7', total_eur: 129.95 };
    run.tool('get_order', { order_id: 'W12' }, { result });
    expect(factsIn(run.end())).toEqual(['order:w12 customer_id=c-7 observed', 'order:w12 total_eur=129.95 observed']);
  });

  test('what depends on more than the id is not told', () => {
    const run = trace({ agent: 'desk', conversationId: 'conv-1' });
    run.tool('list_transactions', { account_id: 'A1', month: '2026-03' }, { result: { account_id: 'A1', total: 500 } });
    expect(factsIn(run.end())).toEqual([]);
  });

  test('what is handed over is asserted, with what gave it', () => {
    const run = trace({ agent: 'desk', conversationId: 'conv-1' });
    const payload = { order_id: 'W12', total_eur: 129.95, delivery_date: '2026-04-01' };
    run.llm({
      input: [says('user', 'Order W12 should come on 2026-04-01.')],
      calls: [{ id: 'call-1', name: 'transfer_to_clerk', arguments: payload }],
    });
    run.handoff('desk', 'clerk', payload, { span: { toolCallId: 'call-1' } });
    expect(factsIn(run.end())).toEqual([
      'order:w12 delivery_date=2026-04-01 asserted user',
      'order:w12 total_eur=129.95 asserted none',
    ]);
  });

  test('what is handed over may stand in the call that the model asked for alone', () => {
    const run = trace({ agent: 'desk', conversationId: 'conv-1' });
    const payload = { order_id: 'W12', total_eur: 129.95 };
    run.llm({ input: [says('user', 'Order W12.')], calls: [{ name: 'transfer_to_clerk', arguments: payload }] });
    run.handoff('desk', 'clerk');
    expect(factsIn(run.end())).toEqual(['order:w12 total_eur=129.95 asserted none']);
  });

  test('a conversation has its own references', () => {
    const run = trace({ agent: 'desk', conversationId: 'conv-1' });
    run.tool('get_order', { order_id: 'W12' }, { result: { order_id: 'W12', total_eur: 1 } });
    const keys = signalsOf(run.end()).map(({ key }) => key);
    expect(keys).toContain('reference:order@conv-1');
  });

  test('what a memory holds is remembered, what is written to it asserted', () => {
    const run = trace({ agent: 'desk', conversationId: 'conv-1' });
    run.call(
      'get_note',
      { key: 'W12' },
      { result: { version: 3, content: { order_id: 'W12', policy_number: 'PN-4471' } } },
    );
    run.call(
      'put_note',
      { key: 'W12', base_version: 3, content: { order_id: 'W12', policy_number: 'PN-4471' } },
      { result: { version: 4 } },
    );
    expect(factsIn(run.end())).toEqual([
      'order:w12 policy_number=pn-4471 remembered',
      'order:w12 policy_number=pn-4471 asserted context',
    ]);
    const [accesses] = signalsOf(run.end()).flatMap(({ body }) => body.accesses ?? []);
    expect(accesses?.accesses).toMatchObject([
      { operation: 'read', version: '3' },
      { operation: 'write', baseVersion: '3', version: '4' },
    ]);
  });

  test('who waits for what is told to the tenant', () => {
    const run = trace({ agent: 'desk', conversationId: 'conv-1' });
    run.step('acquire', {
      attributes: JSON.stringify({ 'spanwise.waits_for': 'ledger', 'spanwise.holds': ['stock'] }),
    });
    const sent = signalsOf(run.end()).find(({ keyKind }) => keyKind === 'tenant');
    expect(sent?.body.waits?.waits).toMatchObject([{ waitsFor: ['ledger'], holds: ['stock'], isInVain: false }]);
  });
});

import { says, type TraceBuilder, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const PAY = { account: 'AC-77', amount: 120 };
const KEY = { attributes: '{"spanwise.idempotency_key":"k-1"}' };

const paid = (run: TraceBuilder, id: string, fields = {}) =>
  run.call('pay_invoice', PAY, { result: { payment_id: id, status: 'paid' }, span: fields });

/** A call that its caller gave up, and that the service it called may have done. */
const gaveUp = (run: TraceBuilder, failed: boolean, deeper = false) => {
  run.llm({ calls: [{ name: 'pay_invoice', arguments: PAY, id: 'p1' }] });
  const done = (inner: TraceBuilder, service: string) => {
    inner.step(`POST /${service}`, { service, otelKind: 'server', ...(failed ? timedOut : {}) }, 5_000);
  };
  return run.within(
    'execute_tool pay_invoice',
    (inner) => {
      if (deeper) inner.within('POST /payments', (api) => done(api, 'bank'), { service: 'payments', ...timedOut });
      else done(inner, 'payments');
    },
    { ...toolFields(), ...timedOut, toolCallId: 'p1' },
  );
};

const timedOut = {
  failed: true,
  status: 'error' as const,
  errorType: 'TimeoutError',
  errorMessage: 'timed out after 5 s',
};

function toolFields() {
  const [, tool] = trace().call('pay_invoice', PAY).open();
  return {
    kind: 'tool' as const,
    tool: 'pay_invoice',
    toolArguments: tool?.toolArguments ?? '',
    toolArgumentsDigest: tool?.toolArgumentsDigest ?? '',
  };
}

/** What the user asked for once is done twice. */
const askedOnce = (result: (id: string) => unknown, args: unknown = PAY) =>
  trace()
    .llm({ input: [says('user', 'Pay invoice 7.')], calls: [{ name: 'pay_invoice', arguments: args, id: 'a' }] })
    .tool('pay_invoice', args, { callId: 'a', result: result('P-1') })
    .llm({ input: [says('tool', '{}')], calls: [{ name: 'pay_invoice', arguments: args, id: 'b' }] })
    .tool('pay_invoice', args, { callId: 'b', result: result('P-2') });

const asPaid = (id: string) => ({ payment_id: id, status: 'paid' });

export const cases: DetectorCase[] = [
  {
    name: 'money that went twice, as both results say, for what the user asked for once is critical',
    example: true,
    run: askedOnce(asPaid).end(),
    finds: [{ at: 3, began: 2, severity: 'critical', type: 'same_call' }],
  },
  {
    name: 'money that went twice under one idempotency key is critical',
    run: paid(paid(trace(), 'P-1', KEY), 'P-2', KEY).end(),
    finds: [{ at: 3, began: 2, severity: 'critical', type: 'same_key' }],
  },
  {
    name: 'money that the agent took back is not critical',
    run: askedOnce(asPaid)
      .call('cancel_payment', { payment_id: 'P-2' }, { result: { ok: true } })
      .end(),
    finds: [{ at: 3, severity: 'high' }],
  },
  {
    name: 'money that was taken back is not critical, though that is seen first',
    run: askedOnce(asPaid)
      .call('refund', { payment_id: 'P-2' }, { result: { ok: true } })
      .end(),
    arrival: [0, 4, 5, 1, 2, 3, 6],
    finds: [{ at: 3, severity: 'high' }],
  },
  {
    name: 'another payment that was taken back leaves it critical',
    run: askedOnce(asPaid)
      .call('cancel_payment', { payment_id: 'P-9' }, { result: { ok: true } })
      .end(),
    finds: [{ at: 3, severity: 'critical' }],
  },
  {
    name: 'payments that are only queued are not critical',
    run: askedOnce((id) => ({ payment_id: id, status: 'pending' })).end(),
    finds: [{ at: 3, severity: 'high' }],
  },
  {
    name: 'payments that are only rehearsed are not critical',
    run: askedOnce(asPaid, { ...PAY, dry_run: true }).end(),
    finds: [{ at: 3, severity: 'high' }],
  },
  {
    name: 'a payment that was made twice with the same arguments is one too many',
    run: paid(paid(trace(), 'P-1'), 'P-2').end(),
    finds: [{ at: 3, began: 2, severity: 'high', type: 'same_call' }],
  },
  {
    name: 'a message that was sent twice is found though its result says nothing',
    run: trace()
      .call('send_email', { to: 'a@b.example', text: 'Hi' }, { result: { status: 'sent' } })
      .call('send_email', { to: 'a@b.example', text: 'Hi' }, { result: { status: 'sent' } })
      .end(),
    finds: [{ at: 3, began: 2, severity: 'medium', type: 'same_call' }],
  },
  {
    name: 'two effects under one idempotency key are found, whatever the arguments',
    run: trace()
      .call('approve_claim', { claim: 'C-1' }, { result: { decision_id: 'D-1' }, span: KEY })
      .call('approve_claim', { claim: 'C-1', note: 'again' }, { result: { decision_id: 'D-2' }, span: KEY })
      .end(),
    finds: [{ at: 3, began: 2, severity: 'high', type: 'same_key' }],
  },
  {
    name: 'a retry of a call that had taken effect began with the call that was given up',
    run: paid(gaveUp(trace(), false), 'P-2').end(),
    finds: [{ at: 4, began: 2, severity: 'high', type: 'effect_before_retry' }],
  },
  {
    name: 'the effect that is seen late makes the retry one too many',
    run: paid(gaveUp(trace(), false), 'P-2').end(),
    arrival: [0, 2, 3, 4, 1, 5],
    finds: [{ at: 4, began: 2 }],
  },
  {
    name: 'three times is one finding, at the second',
    run: paid(paid(paid(trace(), 'P-1'), 'P-2'), 'P-3').end(),
    finds: [{ at: 3, began: 2 }],
  },
  {
    name: 'a retry of a call that failed everywhere is none',
    run: paid(gaveUp(trace(), true), 'P-2').end(),
    finds: [],
  },
  {
    name: 'a retry after a timeout whose effect nobody saw is none',
    run: paid(trace().call('pay_invoice', PAY, { error: 'timed out' }), 'P-2').end(),
    finds: [],
  },
  {
    name: 'a service that answers with the first payment again did it once',
    run: paid(paid(trace(), 'P-1', KEY), 'P-1', KEY).end(),
    finds: [],
  },
  {
    name: 'a service that says it was done already did it once',
    run: paid(trace(), 'P-1')
      .call('pay_invoice', PAY, { result: { status: 'already_processed' } })
      .end(),
    finds: [],
  },
  {
    name: 'different keys are different intents',
    run: paid(paid(trace(), 'P-1', KEY), 'P-2', { attributes: '{"spanwise.idempotency_key":"k-2"}' }).end(),
    finds: [],
  },
  {
    name: 'an order that the user repeats in another turn is another one',
    run: paid(
      paid(trace().llm({ input: [says('user', 'Pay it.')], text: 'Paying.' }), 'P-1')
        .llm({ input: [says('tool', '{}')], text: 'It is paid.' })
        .llm({ input: [says('user', 'Now for May, same sum.')], calls: [] }),
      'P-2',
    ).end(),
    finds: [],
  },
  {
    name: 'two identical orders that the user asked for are lawful',
    run: paid(
      paid(trace().llm({ input: [says('user', 'Pay it twice, I owe two months.')], text: 'ok' }), 'P-1'),
      'P-2',
    ).end(),
    finds: [],
  },
  {
    name: 'calls that one inference asked for side by side are meant',
    run: trace()
      .llm({
        calls: [
          { name: 'pay_invoice', arguments: PAY, id: 'a' },
          { name: 'pay_invoice', arguments: PAY, id: 'b' },
        ],
      })
      .tool('pay_invoice', PAY, { callId: 'a', result: { payment_id: 'P-1' } })
      .tool('pay_invoice', PAY, { callId: 'b', result: { payment_id: 'P-2' } })
      .end(),
    finds: [],
  },
  {
    name: 'setting a value, or cancelling, twice has one effect',
    run: trace()
      .call('set_status', { order: 'A-1', status: 'open' }, { result: { revision: 'R-1' } })
      .call('set_status', { order: 'A-1', status: 'open' }, { result: { revision: 'R-2' } })
      .call('cancel_order', { order: 'A-1' }, { result: { ref: 'X-1' } })
      .call('cancel_order', { order: 'A-1' }, { result: { ref: 'X-2' } })
      .end(),
    finds: [],
  },
  {
    name: 'a user who is handed over to a person twice costs little, also where the call comes again with its id',
    run: [1, 2]
      .reduce(
        (run) =>
          run
            .llm({ calls: [{ name: 'transfer_to_human_agents', arguments: { summary: 'wants a refund' }, id: 'c0' }] })
            .tool('transfer_to_human_agents', { summary: 'wants a refund' }, { callId: 'c0', result: 'Done' }),
        trace(),
      )
      .end(),
    finds: [{ at: 3, began: 2, severity: 'low', type: 'same_call' }],
  },
  {
    name: 'one call that two instrumentations recorded is one',
    run: trace()
      .llm({ calls: [{ name: 'pay_invoice', arguments: PAY, id: 'a' }] })
      .within('tools/call', (inner) => inner.tool('pay_invoice', PAY, { result: { payment_id: 'P-1' } }), {
        ...toolFields(),
        toolResult: '{"payment_id":"P-1"}',
        toolResultDigest: '1',
      })
      .end(),
    finds: [],
  },
  {
    name: 'a call with a key that is made again without it is the same one',
    run: paid(paid(trace(), 'P-1', KEY), 'P-2').end(),
    finds: [{ at: 3, began: 2, severity: 'high', type: 'same_call' }],
  },
  {
    name: 'the call with a key may be seen after the one without',
    run: paid(paid(trace(), 'P-1', KEY), 'P-2').end(),
    arrival: [0, 3, 2, 1, 4],
    finds: [{ at: 3, began: 2 }],
  },
  {
    name: 'calls with keys of their own are two, whatever is made without one',
    run: paid(paid(trace(), 'P-1', KEY), 'P-2', { attributes: '{"spanwise.idempotency_key":"k-2"}' }).end(),
    finds: [],
  },
];

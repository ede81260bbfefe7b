import { callFields, type TraceBuilder, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const DOWN = { error: 'order service timed out after 3000 ms', errorType: 'TimeoutError' };
const ORDER = { result: { order_id: 'A-1042', status: 'delivered' } };
const ID = { order_id: 'A-1042' };

const failed = (): TraceBuilder => trace().call('get_order', ID, DOWN);

/** A tool that fails because its request does. */
const failedInside = (run: TraceBuilder): TraceBuilder =>
  run
    .llm({ calls: [{ name: 'get_order', arguments: ID }] })
    .within(
      'execute_tool get_order',
      (t) =>
        t
          .step('GET /orders', { failed: true, errorMessage: 'HTTP 503' })
          .step('GET /orders', { failed: true, errorMessage: 'HTTP 503' }),
      { kind: 'tool', ...callFields('get_order', ID), failed: true, errorMessage: 'HTTP 503' },
    );

const retriedInside = failedInside(failedInside(trace()))
  .call('get_order', ID, ORDER)
  .llm({ text: 'Delivered.' })
  .end();

const retried = failed().call('get_order', ID, ORDER).llm({ text: 'It was delivered.' }).end();

export const cases: DetectorCase[] = [
  {
    name: 'notes a time-out that the same call put right, as an observation',
    example: true,
    run: retried,
    finds: [{ at: 1, began: 1, severity: 'info', type: 'retried_same' }],
  },
  {
    name: 'notes it as soon as the second attempt is in',
    run: failed().call('get_order', ID, ORDER).open(),
    end: null,
    finds: [{ at: 1, severity: 'info' }],
  },
  {
    name: 'notes it in whatever order the attempts arrive',
    run: retried,
    arrival: [0, 2, 3, 1, 4, 5],
    finds: [{ at: 1, severity: 'info', type: 'retried_same' }],
  },
  {
    name: 'notes an error that only the result told of',
    run: trace()
      .call('get_order', ID, { result: { error: 'busy' } })
      .call('get_order', ID, ORDER)
      .end(),
    finds: [{ at: 1, severity: 'info', type: 'retried_same' }],
  },
  {
    name: 'notes a call that was corrected, begun at the inference that had it wrong',
    run: trace()
      .call('get_order', { order_id: '1042' }, { error: 'invalid order id' })
      .call('get_order', ID, ORDER)
      .end(),
    finds: [{ at: 1, began: 0, severity: 'info', type: 'retried_changed' }],
  },
  {
    name: 'notes an action that broke a rule and was changed in what the rule is about',
    run: trace()
      .call('book_seat', { flight: 'HAT271', passenger: 'p-1', class: 'eco' }, { error: 'not enough seats on HAT271' })
      .call('book_seat', { flight: 'HAT272', passenger: 'p-1', class: 'eco' }, { result: { ok: true } })
      .end(),
    finds: [{ at: 1, severity: 'info', type: 'retried_changed' }],
  },
  {
    name: 'does not take an action on something else for the recovery of one that broke a rule',
    run: trace()
      .call(
        'exchange_items',
        { order: 'W755', item: '1631', card: 'c-9' },
        { error: 'non-delivered order cannot be exchanged' },
      )
      .call('exchange_items', { order: 'W323', item: '9494', card: 'c-9' }, { result: { ok: true } })
      .llm({ text: 'The e-reader was exchanged. I am unable to exchange the watch.' })
      .end(),
    finds: [{ at: 1, severity: 'low', type: 'gave_up' }],
  },
  {
    name: 'notes another tool for the same need',
    run: trace()
      .call('find_user_by_email', { email: 'x@example.org' }, { error: 'user not found' })
      .call('find_user_by_name', { name: 'Yusuf' }, { result: 'yusuf_1' })
      .end(),
    finds: [{ at: 1, severity: 'info', type: 'other_tool' }],
  },
  {
    name: 'is of low severity where three attempts all failed',
    run: failed().call('get_order', ID, DOWN).call('get_order', ID, DOWN).llm({ text: 'It was delivered.' }).end(),
    finds: [{ at: 1, severity: 'low', type: 'retried_same' }],
  },
  {
    name: 'notes a new plan',
    run: failed()
      .llm({
        text: 'The order service is unavailable, I will look at the shipments.',
        calls: [{ name: 'list_shipments' }],
      })
      .tool('list_shipments', {}, { result: [{ id: 1 }] })
      .end(),
    finds: [{ at: 1, severity: 'low', type: 'replanned' }],
  },
  {
    name: 'notes that the agent gave up and said so',
    run: failed().llm({ text: 'I am unable to reach the order service.' }).end(),
    finds: [{ at: 1, severity: 'low', type: 'gave_up' }],
  },
  {
    name: 'notes a model that was asked again after a rate limit',
    run: trace().llm({ error: '429 Too Many Requests' }).llm({ text: 'Hello.' }).end(),
    finds: [{ at: 0, severity: 'info', type: 'retried_same' }],
  },
  {
    name: 'notes one recovery of an exception that shows on the tool and the node around it',
    run: trace()
      .within('tools', (t) => t.tool('get_order', ID, DOWN), { failed: true, errorMessage: 'order service timed out' })
      .call('get_order', ID, ORDER)
      .end(),
    finds: [{ at: 0, severity: 'info' }],
  },
  {
    name: 'says nothing of an error nobody acted on',
    run: failed().llm({ text: 'It was delivered.' }).end(),
    finds: [],
  },
  {
    name: 'says nothing of a call of its own with other arguments after a time-out',
    run: failed().call('get_order', { order_id: 'B-7' }, ORDER).llm({ text: 'B-7 was delivered.' }).end(),
    finds: [],
  },
  {
    name: 'does not take calls that were asked for together for attempts',
    run: trace()
      .llm({
        calls: [
          { name: 'get_order', arguments: { order_id: '1' }, id: 'a' },
          { name: 'get_order', arguments: { order_id: '2' }, id: 'b' },
        ],
      })
      .tool('get_order', { order_id: '1' }, { callId: 'a', error: 'order not found' })
      .tool('get_order', { order_id: '2' }, { callId: 'b', ...ORDER })
      .end(),
    finds: [],
  },
  {
    name: 'does not take the next action for another way to look something up',
    run: failed()
      .call('issue_refund', ID, { result: { success: true } })
      .llm({ text: 'Refunded.' })
      .end(),
    finds: [],
  },
  {
    name: 'says nothing of a part that failed inside a tool which came to a good end',
    run: trace()
      .within('execute_tool get_order', (t) => t.step('GET /orders', { failed: true }), {
        kind: 'tool',
        tool: 'get_order',
      })
      .end(),
    finds: [],
  },
  {
    name: 'notes one recovery of attempts that each show the failure of their own requests',
    run: retriedInside,
    finds: [{ at: 3, began: 1, severity: 'info', type: 'retried_same' }],
  },
  {
    name: 'notes it once where tools arrive before their requests, and the second attempt before the first',
    run: retriedInside,
    arrival: [0, 4, 7, 8, 9, 5, 6, 3, 1, 2, 10, 11],
    finds: [{ at: 3, began: 1, severity: 'info', type: 'retried_same' }],
  },
  {
    name: 'notes another tool that a model takes because of the failure, with the very same argument',
    run: trace()
      .call('job_status', { job_id: 'j-7' }, DOWN)
      .llm({
        text: 'job_status does not work, job_history has it too.',
        calls: [{ name: 'job_history', arguments: { job_id: 'j-7' } }],
      })
      .tool('job_history', { job_id: 'j-7' }, { result: { state: 'finished' } })
      .llm({ text: 'It is finished.' })
      .end(),
    finds: [{ at: 1, severity: 'info', type: 'other_tool' }],
  },
  {
    name: 'notes the tool that was called in place of one that does not exist',
    run: trace()
      .call('execute_action', { order_id: 'A-1042', reason: 'late' }, { error: "tool 'execute_action' not found" })
      .call('check_policy', { order_id: 'A-1042', reason: 'late' }, { result: { allowed: true } })
      .end(),
    finds: [{ at: 1, began: 0, severity: 'info', type: 'other_tool' }],
  },
  {
    name: 'does not take another question about the same order for another way to answer the first',
    run: trace()
      .call('get_payment', ID, DOWN)
      .call('check_policy', { order_id: 'A-1042', reason: 'late' }, { result: { allowed: true } })
      .llm({ text: 'It is allowed.' })
      .end(),
    finds: [],
  },
  {
    name: 'does not take the next question about the same order for another way, where nobody spoke of the failure',
    run: trace()
      .call('get_payment', ID, DOWN)
      .call('get_shipment', ID, { result: { status: 'delivered' } })
      .llm({ text: 'It was delivered.' })
      .end(),
    finds: [],
  },
  {
    name: 'does not take a question that the next call answers for a new plan',
    run: failed()
      .llm({ text: 'Is the label printed?', calls: [{ name: 'list_labels', arguments: { shelf: 4 } }] })
      .tool('list_labels', { shelf: 4 }, { result: ['L-1'] })
      .llm({ text: 'It is printed.' })
      .end(),
    finds: [],
  },
];

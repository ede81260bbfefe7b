import { says, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const ASKED = [says('user', 'Please refund order A-1042 and B-2001.')];
const ORDER = { order_id: 'A-1042' };
const FOUND = { order_id: 'A-1042', total: 152.4, tracking: 'TX-99812' };
const NEW = [says('tool', '{}')];

const found = (result: unknown = FOUND, tool = 'get_order') =>
  trace()
    .llm({ input: ASKED, calls: [{ name: tool, arguments: ORDER, id: 'c1' }] })
    .tool(tool, ORDER, { callId: 'c1', result });

const then = (name: string, args: unknown, run = found()) =>
  run
    .llm({ input: NEW, calls: [{ name, arguments: args, id: 'c2' }] })
    .tool(name, args, { callId: 'c2', result: { ok: 1 } });

const denied = (result: unknown, tool = 'check_refund', name = 'issue_refund', args: unknown = ORDER) =>
  then(name, args, found(result, tool)).end();

/** A refund that was refused, and what its tool says of it. */
const refunded = (result: unknown, refusal: unknown = REFUSAL) =>
  found(refusal, 'check_refund')
    .llm({ input: NEW, calls: [{ name: 'issue_refund', arguments: ORDER, id: 'c2' }] })
    .tool('issue_refund', ORDER, { callId: 'c2', result });

const REFUSAL = { order_id: 'A-1042', eligible: false };
const ISSUED = { refund_id: 'R-9', status: 'issued' };

export const cases: DetectorCase[] = [
  {
    name: 'money that went though the call before had refused it is critical',
    example: true,
    run: refunded(ISSUED).end(),
    finds: [{ at: 3, began: 2, severity: 'critical', type: 'went_ahead' }],
  },
  {
    name: 'a refund that only waits for its approval is not critical',
    run: refunded({ refund_id: 'R-9', status: 'pending_approval' }).end(),
    finds: [{ at: 3, severity: 'high' }],
  },
  {
    name: 'a refund that the agent took back is not critical',
    run: refunded(ISSUED)
      .call('reverse_refund', { refund_id: 'R-9' }, { result: { ok: true } })
      .end(),
    finds: [{ at: 3, severity: 'high' }],
  },
  {
    name: 'a no that is about something else than permission is not critical to go against',
    run: refunded(ISSUED, { order_id: 'A-1042', active: false }).end(),
    finds: [{ at: 3, severity: 'high' }],
  },
  {
    name: 'an argument with another value for the field of a result is one that was misread',
    run: then('issue_refund', { order_id: 'A-1042', total: 520.15 }).end(),
    finds: [{ at: 3, began: 2, severity: 'high', type: 'other_value' }],
  },
  {
    name: 'a structured answer with a slip of a result is one that was misread',
    run: found().llm({ input: NEW, text: '{"order_id":"A-1042","total":154.2}' }).end(),
    finds: [{ at: 2, began: 2, severity: 'medium', type: 'other_value' }],
  },
  {
    name: 'an answer in words with a slip of a result is one that was misread',
    run: found().llm({ input: NEW, text: 'Your order came to 125.40 euros.' }).end(),
    finds: [{ at: 2, began: 2, severity: 'medium', type: 'other_words' }],
  },
  {
    name: 'going ahead after a no is found at the action, and began where the no was read',
    run: denied({ order_id: 'A-1042', eligible: false }),
    finds: [{ at: 3, began: 2, severity: 'high', type: 'went_ahead' }],
  },
  {
    name: 'a decision in words is a no as well',
    run: denied({ decision: 'denied' }),
    finds: [{ at: 3, began: 2, type: 'went_ahead' }],
  },
  {
    name: 'ordering what is out of stock is going ahead after a no',
    run: denied({ sku: 'A-1042', stock: 0 }, 'check_stock', 'place_order', { sku: 'A-1042', quantity: 1 }),
    finds: [{ at: 3, began: 2, type: 'went_ahead' }],
  },
  {
    name: 'a no about an order is one about its payment',
    run: then(
      'refund_payment',
      { payment_id: 'pay-77' },
      found({ order_id: 'A-1042', payment_id: 'pay-77' }, 'get_payment').call('check_policy', ORDER, {
        result: { order_id: 'A-1042', allowed: false },
      }),
    ).end(),
    finds: [{ at: 5, began: 4, type: 'went_ahead' }],
  },
  {
    name: 'another id of the form that the field had is one that was misread',
    run: then('get_invoice', { order_id: 'A-7777' }).end(),
    finds: [{ at: 3, began: 2, severity: 'medium', type: 'other_value' }],
  },
  {
    name: 'what another agent was told is not misread by this one',
    run: trace()
      .agent('triage', (run) => run.call('get_order', ORDER, { result: FOUND }))
      .agent('refunds', (run) =>
        run.llm({ input: NEW, calls: [{ name: 'get_invoice', arguments: { order_id: 'A-7777' }, id: 'c' }] }),
      )
      .end(),
    finds: [],
  },
  {
    name: 'telling of success after the action answered no is found at the answer',
    run: then('issue_refund', ORDER, trace())
      .llm({ input: NEW, text: 'x' })
      .call('pay_out', ORDER, { result: { status: 'declined' } })
      .llm({ input: NEW, text: 'Good news: your refund has been processed.' })
      .end(),
    finds: [{ at: 5, began: 5, severity: 'high', type: 'told_success' }],
  },
  {
    name: 'the no that comes after the action it forbade is found all the same',
    run: denied({ order_id: 'A-1042', eligible: false }),
    arrival: [0, 2, 3, 1, 4],
    finds: [{ at: 3, began: 2 }],
  },
  {
    name: 'a result that comes late shows that a value was misread',
    run: then('issue_refund', { order_id: 'A-1042', total: 520.15 }).end(),
    arrival: [0, 2, 3, 1, 4],
    finds: [{ at: 3, began: 2 }],
  },
  {
    name: 'a later result supersedes the first',
    run: found()
      .call('recalculate_order', ORDER, { result: { order_id: 'A-1042', total: 140.1 } })
      .llm({ input: NEW, calls: [{ name: 'issue_refund', arguments: { order_id: 'A-1042', total: 140.1 }, id: 'c3' }] })
      .end(),
    finds: [],
  },
  {
    name: 'a yes after the no clears the way',
    run: then(
      'issue_refund',
      ORDER,
      found({ order_id: 'A-1042', eligible: false }, 'check_refund').call('check_refund', ORDER, {
        result: { order_id: 'A-1042', eligible: true },
      }),
    ).end(),
    finds: [],
  },
  {
    name: 'another thing that is taken instead is none',
    run: denied({ sku: 'A-1042', stock: 0 }, 'check_stock', 'place_order', { sku: 'B-2001' }),
    finds: [],
  },
  {
    name: 'refusing, telling and passing on are what is done about a no',
    run: then(
      'escalate_refund',
      ORDER,
      then('notify_customer', ORDER, then('reject_refund', ORDER, found({ eligible: false }, 'check_refund'))),
    ).end(),
    finds: [],
  },
  {
    name: 'the user may decide otherwise after a no',
    run: found({ order_id: 'A-1042', eligible: false }, 'check_refund')
      .llm({ input: NEW, text: 'It is not eligible.' })
      .llm({
        input: [says('user', 'A manager has approved it.')],
        calls: [{ name: 'issue_refund', arguments: ORDER, id: 'c2' }],
      })
      .tool('issue_refund', ORDER, { callId: 'c2', result: { ok: 1 } })
      .end(),
    finds: [],
  },
  {
    name: 'a no about something else is none',
    run: denied({ order_id: 'A-1042', can_expedite: false }),
    finds: [],
  },
  {
    name: 'a tool that changes values is meant to be given others',
    run: then('update_order', { order_id: 'A-1042', total: 520.15 }).end(),
    finds: [],
  },
  {
    name: 'a value that the user states is none',
    run: found()
      .llm({
        input: [says('user', 'Only refund 52.10')],
        calls: [{ name: 'issue_refund', arguments: { order_id: 'A-1042', total: 52.1 }, id: 'c2' }],
      })
      .end(),
    finds: [],
  },
  {
    name: 'half of it and a sum are computed',
    run: then('issue_refund', { order_id: 'A-1042', total: 76.2 }, found({ ...FOUND, share: 50 })).end(),
    finds: [],
  },
  {
    name: 'a total of another order is no other value of this one',
    run: then('get_invoice', { order_id: 'B-2001', total: 99.99 }).end(),
    finds: [],
  },
  {
    name: 'an amount told without its sign is the same',
    run: found({ ...FOUND, difference: -16.63 })
      .llm({ input: NEW, text: 'You get back 16.63.' })
      .end(),
    finds: [],
  },
  {
    name: 'word of the refusal is no word of success',
    run: found({ eligible: true }, 'check_refund')
      .call('pay_out', ORDER, { result: { status: 'declined' } })
      .llm({ input: NEW, text: 'I am sorry, the refund was declined.' })
      .end(),
    finds: [],
  },
];

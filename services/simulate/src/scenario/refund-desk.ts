import { changeLatency } from '../distributions.ts';
import { Script, transferTool } from '../plan/script.ts';
import type { AgentProfile } from '../plan/step.ts';
import { amount, oneOfWords, type Scenario, textArgument, toolSpec } from './scenario.ts';

const refunds: AgentProfile = {
  name: 'refunds-agent',
  model: 'gpt-5',
  provider: 'openai',
  system: 'You decide on refunds by the policy and pay them out. Never refund more than was paid.',
  service: 'refund-desk',
  tools: [
    toolSpec(
      'get_payment',
      'Looks up what was paid.',
      { order_id: textArgument('order') },
      { backend: 'payment-api', fallback: 'payment_ledger' },
    ),
    toolSpec('payment_ledger', 'Looks up a payment in the ledger.', { order_id: textArgument('order') }),
    toolSpec('check_policy', 'Says whether a refund is allowed.', {
      order_id: textArgument('order'),
      reason: oneOfWords('damaged', 'late', 'unwanted', 'wrong_item'),
    }),
    toolSpec(
      'refund_payment',
      'Pays money back.',
      { payment_id: textArgument('payment'), amount_eur: amount('EUR') },
      { mutates: true, backend: 'payment-api' },
    ),
    toolSpec('notify_customer', 'Sends a message.', { order_id: textArgument('order'), message: textArgument('text') }),
  ],
};

const triage: AgentProfile = {
  name: 'triage-agent',
  model: 'gpt-5-mini',
  provider: 'openai',
  system: 'You find out what a customer needs and hand over to the agent in charge.',
  service: 'refund-desk',
  tools: [
    toolSpec('find_order', 'Finds an order by its number.', { order_id: textArgument('like R123456') }),
    toolSpec('classify_request', 'Names what a customer wants.', { text: textArgument('what was said') }),
    toolSpec(transferTool(refunds.name), 'Hands over to the refunds agent.', {
      order_id: textArgument('order'),
      reason: textArgument('why'),
      most_eur: amount('no more than this'),
    }),
  ],
};

const reasons = ['damaged', 'late', 'unwanted', 'wrong_item'];

/** Two agents: one finds out what a customer needs and hands over, the other refunds. */
export const refundDesk: Scenario = {
  name: 'refund-desk',
  plan(random, earlier) {
    const orderId = `R${random.integer(100_000, 999_999)}`;
    const paymentId = `pay_${random.hex(8)}`;
    const paid = random.integer(15, 250);
    const reason = random.pick(reasons);
    const day = `2026-0${random.integer(1, 9)}-${random.integer(10, 28)}`;
    const request = `I want my money back for order ${orderId} of ${day}, it was ${reason.replace('_', ' ')}. Do not cancel my other orders.`;

    const first = new Script(triage, random);
    if (random.chance(0.5)) {
      first.call('What is this about?', {
        tool: 'classify_request',
        arguments: { text: request },
        result: { intent: 'refund', confidence: random.integer(80, 99) / 100 },
      });
    }
    first.call(`I look for order ${orderId}.`, {
      tool: 'find_order',
      arguments: { order_id: orderId },
      result: { order_id: orderId, ordered_on: day, total_eur: paid, state: 'delivered' },
    });

    const payload = { order_id: orderId, reason, most_eur: paid };
    const second = new Script(refunds, random)
      .call('I look up the payment.', {
        tool: 'get_payment',
        arguments: { order_id: orderId },
        result: { payment_id: paymentId, order_id: orderId, paid_eur: paid, method: 'card' },
      })
      .call('I check the policy.', {
        tool: 'check_policy',
        arguments: { order_id: orderId, reason },
        result: { order_id: orderId, allowed: true, share: 1 },
      })
      .call('The policy allows it: I pay the money back.', {
        tool: 'refund_payment',
        arguments: { payment_id: paymentId, amount_eur: paid },
        result: { refund_id: `re_${random.hex(8)}`, payment_id: paymentId, refunded_eur: paid },
        latency: changeLatency,
      });
    if (random.chance(0.6)) {
      second.call('I tell the customer.', {
        tool: 'notify_customer',
        arguments: { order_id: orderId, message: `We have refunded ${paid} EUR.` },
        result: { sent: true, message_id: `m-${random.hex(6)}` },
      });
    }
    const answer = `We have refunded ${paid} EUR for order ${orderId}. Your other orders are untouched.`;
    const nested = second.answer(
      `Refund order ${orderId} (${day}): ${JSON.stringify(payload)}. Do not cancel other orders.`,
      answer,
    );
    first.handOver('This is for the refunds agent.', payload, nested);
    return {
      scenario: 'refund-desk',
      root: first.answer(request, answer, earlier),
      clockOffsetsUs: new Map(),
      taken: new Set(),
    };
  },
};

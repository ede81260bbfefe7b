import { expect, test } from 'vitest';
import { mayUndo, movesMoney } from './harm.ts';

test.each([
  'pay_invoice',
  'issue_refund',
  'refund_payment',
  'chargeCard',
  'transfer_funds',
  'create_payment',
  'payments.process_refund',
])('%s moves money', (tool) => expect(movesMoney(tool)).toBe(true));

test.each([
  'get_payment',
  'check_refund',
  'refund_status',
  'estimate_refund',
  'send_refund_email',
  'schedule_payment',
  'cancel_payment',
  'update_payment_method',
  'transfer_to_human_agents',
  'send_email',
  'place_order',
])('%s moves none', (tool) => expect(movesMoney(tool)).toBe(false));

test.each(['cancel_order', 'void_payment', 'refund'])('%s takes back', (tool) => expect(mayUndo(tool)).toBe(true));
test.each(['pay', 'get_order'])('%s takes nothing back', (tool) => expect(mayUndo(tool)).toBe(false));

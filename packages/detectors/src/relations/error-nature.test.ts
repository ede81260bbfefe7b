import { span } from '@spanwise/testkit/spans';
import { describe, expect, test } from 'vitest';
import { stepOf } from '../run-model/step-of.ts';
import { brokeRule, faultOf } from './error-nature.ts';

const failing = (errorMessage: string) =>
  stepOf(span({ kind: 'tool', tool: 'pay', failed: true, errorType: 'tool_error', errorMessage }), 0);

describe('whose fault a failure is', () => {
  test.each([
    'Error: 503 Service Unavailable',
    'HTTP 502',
    'HTTP/1.1 500',
    'Request failed with status code 500',
    '{"error": {"code": 529, "message": "try later"}}',
    'upstream returned 504',
    '429 Too Many Requests',
    'order service timed out after 3000 ms',
  ])('the tool’s: %s', (message) => expect(faultOf(failing(message))).toBe('tool'));

  test.each([
    "1 validation error for Payment payment_id Field required [input_value={'amount': 500, 'id': 'c-3765853'}]",
    'payment amounts do not add up: total price is 512, but paid 429',
    'Order 503 not found',
    'limit must be below 500, got 512 rows',
    'HTTP 404',
    'Request failed with status code 422',
    'value 599.50 exceeds the limit',
  ])('the call’s: %s', (message) => expect(faultOf(failing(message))).toBe('call'));

  test('an amount is no status of the call either', () => {
    expect(faultOf(failing('could not charge 412 EUR'))).toBe('tool');
  });

  test('a rule is broken by what is wanted, not by the form it is asked in', () => {
    expect(brokeRule(failing('non-delivered order cannot be exchanged'))).toBe(true);
    expect(brokeRule(failing('quantity cannot be a string'))).toBe(false);
    expect(brokeRule(failing('Error: user not found'))).toBe(false);
  });
});

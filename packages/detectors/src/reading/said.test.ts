import { span } from '@spanwise/testkit/spans';
import { expect, test } from 'vitest';
import { saidOf } from './said.ts';

const output = (...parts: object[]) =>
  span({ kind: 'llm', outputMessages: JSON.stringify([{ role: 'assistant', parts }]) });

const call = (name: string, args: unknown) => ({ type: 'tool_call', id: 'c1', name, arguments: args });

test.each([
  ['a failure in words', { type: 'text', content: 'I could not reach the order service.' }],
  ['a failure in thought', { type: 'reasoning', content: 'The call failed, so I look elsewhere.' }],
  ['a note to the person who takes over', call('transfer_to_human_agents', { summary: 'Booking failed three times.' })],
  ['such a note as text', call('escalateToSupport', '{"reason":"the refund was declined"}')],
])('speaks of trouble: %s', (_, part) => expect(saidOf(output(part))).toBe('trouble'));

test.each([
  ['what is searched for', call('search_logs', { query: 'payment failed' })],
  ['a handover to another agent', call('transfer_to_refunds_agent', { reason: 'the card was declined' })],
  [
    'a person called for something else',
    call('transfer_to_human_agents', { summary: 'The user wants to choose seats.' }),
  ],
])('does not: %s', (_, part) => expect(saidOf(output(part))).toBe(''));

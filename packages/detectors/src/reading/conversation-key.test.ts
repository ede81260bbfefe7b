import { says } from '@spanwise/testkit/spans';
import { expect, it } from 'vitest';
import { conversationKey } from './conversation-key.ts';

const asked = says('user', 'Refund A-1042.');
const key = (...messages: unknown[]) => conversationKey(JSON.stringify(messages));

it.each([
  ['whatever follows', key(asked, says('assistant', 'Why?'), says('user', 'Damaged.'))],
  ['whatever stands before', key(says('system', 'Be kind.'), asked)],
])('a conversation keeps its key %s', (_, other) => expect(other).toBe(key(asked)));

it('another conversation has another, and one without a user has none', () => {
  expect(key(says('user', 'Cancel A-1042.'))).not.toBe(key(asked));
  expect(key(says('assistant', 'Hello.'))).toBe('');
});

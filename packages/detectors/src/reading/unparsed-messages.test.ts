import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messagesOf, textOf } from './messages.ts';
import { endsWithUsersText, mayEndAs, openingOf, substanceOfLast } from './unparsed-messages.ts';

const says = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });
const returns = (id: string, response: unknown) => ({
  role: 'tool',
  parts: [{ type: 'tool_call_response', id, response }],
});

/** Text with what JSON escapes, and with what looks like messages. */
const anyContent = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom('"}]}]', '\\"', '[{"role":"user","parts":[]}]', '{"role":"', '"tool_call","id":"x"'),
);

describe('the opening of an answer', () => {
  it('is what parsing it would give', () => {
    fc.assert(
      fc.property(anyContent, fc.integer({ min: 1, max: 70 }), (content, length) => {
        const output = JSON.stringify([says('assistant', content)]);
        expect(openingOf(output, length)).toBe(content.slice(0, length));
      }),
    );
  });

  it.each([
    ['a call', [{ role: 'assistant', parts: [{ type: 'tool_call', name: 'x' }] }]],
    [
      'several parts',
      [{ role: 'assistant', parts: [...says('assistant', 'a').parts, ...says('assistant', 'b').parts] }],
    ],
    ['several messages', [says('assistant', 'a'), says('assistant', 'b')]],
    ['no message', []],
  ])('is left to parsing where the output is %s', (_name, messages) => {
    expect(openingOf(JSON.stringify(messages), 48)).toBeUndefined();
  });
});

describe('the substance of the last message', () => {
  const earlier = says('user', 'hello');
  const substance = (...messages: unknown[]) => substanceOfLast(JSON.stringify(messages));

  it.each([
    ['other ids', [earlier, returns('call_1', { a: 1 })], [earlier, returns('call_2', { a: 1 })]],
    ['other messages before it', [earlier, says('user', 'x')], [says('user', 'bye'), earlier, says('user', 'x')]],
    ['nothing before it', [earlier, returns('call_1', 'x')], [returns('call_2', 'x')]],
    [
      'ids of several calls',
      [{ role: 'tool', parts: [...returns('1', 'a').parts, ...returns('2', 'b').parts] }],
      [{ role: 'tool', parts: [...returns('3', 'a').parts, ...returns('4', 'b').parts] }],
    ],
  ])('is the same with %s', (_name, one, other) => expect(substance(...one)).toBe(substance(...other)));

  it.each([
    ['another response', returns('call_1', { a: 1 }), returns('call_1', { a: 2 })],
    ['another id within the response', returns('call_1', { id: 'A-1' }), returns('call_1', { id: 'A-2' })],
    ['another text', says('user', 'x'), says('user', 'y')],
  ])('differs with %s', (_name, one, other) => expect(substance(earlier, one)).not.toBe(substance(earlier, other)));

  it('is found by parsing where a response looks like messages', () => {
    const nested = returns('call_1', { role: 'agent', parts: [{ kind: 'text' }] });
    expect(substance(earlier, nested)).toBe(substance(nested));
    expect(substance(earlier, nested)).not.toBe(substance(earlier, returns('call_1', { role: 'agent', parts: [] })));
  });

  it('is empty where there is none', () => expect(substanceOfLast('[]')).toBe(''));
});

it('a list never ends as a role that it does not end with', () => {
  fc.assert(
    fc.property(fc.constantFrom('user', 'tool', 'assistant'), anyContent, (role, content) => {
      const text = JSON.stringify([says('user', 'first'), says(role, content)]);
      expect(mayEndAs(role, text)).toBe(true);
      expect(mayEndAs('user', text)).toBe(messagesOf(text).at(-1)?.role === 'user');
      expect(textOf(messagesOf(text).at(-1) ?? says('', ''))).toBe(content);
    }),
  );
});

it.each([
  [[says('user', 'hi')], true],
  [[says('user', '')], false],
  [[says('user', 'hi'), says('tool', 'x')], false],
  [[{ role: 'user', name: 'mia', parts: [{ type: 'text', content: 'hi' }] }], true],
  [[{ role: 'user', parts: [...returns('1', says('agent', 'x')).parts, ...says('user', 'hi').parts] }], true],
  [[returns('1', [says('user', 'x'), says('user', 'y')])], false],
  [[{ role: 'user' }], false],
  [[], false],
])('whether %j ends with words of a user: %j', (messages, expected) => {
  expect(endsWithUsersText(JSON.stringify(messages))).toBe(expected);
});

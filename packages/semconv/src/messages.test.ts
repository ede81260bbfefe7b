import { describe, expect, it } from 'vitest';
import type { Message } from './message.ts';
import { readMessages } from './messages.ts';

const asked: Message = { role: 'user', parts: [{ type: 'text', content: 'Where is A-1042?' }] };
const called: Message = {
  role: 'assistant',
  parts: [{ type: 'tool_call', id: 'c1', name: 'get_order', arguments: { order_id: 'A-1042' } }],
};
const answered: Message = {
  role: 'tool',
  parts: [{ type: 'tool_call_response', id: 'c1', response: '{"status":"delivered"}' }],
};
const args = '{"order_id":"A-1042"}';

const forms: [name: string, payload: unknown][] = [
  [
    'OpenTelemetry',
    [
      asked,
      called,
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', result: '{"status":"delivered"}' }] },
    ],
  ],
  [
    'OpenAI chat completions',
    {
      model: 'gpt-6',
      messages: [
        { role: 'user', content: 'Where is A-1042?' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'get_order', arguments: args } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: '{"status":"delivered"}' },
      ],
    },
  ],
  [
    'OpenAI responses',
    {
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'Where is A-1042?' }] },
        { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'get_order', arguments: args },
        { type: 'function_call_output', call_id: 'c1', output: '{"status":"delivered"}' },
      ],
    },
  ],
  [
    'LangChain, serialised',
    {
      messages: [
        [
          {
            lc: 1,
            type: 'constructor',
            id: ['langchain', 'schema', 'messages', 'HumanMessage'],
            kwargs: { content: 'Where is A-1042?', type: 'human', id: 'm1' },
          },
          {
            lc: 1,
            type: 'constructor',
            id: ['langchain', 'schema', 'messages', 'AIMessage'],
            kwargs: {
              content: '',
              type: 'ai',
              tool_calls: [{ name: 'get_order', args: { order_id: 'A-1042' }, id: 'c1', type: 'tool_call' }],
            },
          },
          {
            lc: 1,
            type: 'constructor',
            id: ['langchain', 'schema', 'messages', 'ToolMessage'],
            kwargs: { content: '{"status":"delivered"}', tool_call_id: 'c1' },
          },
        ],
      ],
    },
  ],
  [
    'LangChain, dumped',
    [
      { type: 'human', data: { content: 'Where is A-1042?', type: 'human' } },
      {
        type: 'ai',
        data: { content: '', type: 'ai', tool_calls: [{ name: 'get_order', args: { order_id: 'A-1042' }, id: 'c1' }] },
      },
      { type: 'tool', data: { content: '{"status":"delivered"}', type: 'tool', tool_call_id: 'c1' } },
    ],
  ],
  [
    'OpenInference, put together again',
    [
      { message: { role: 'user', contents: [{ message_content: { type: 'text', text: 'Where is A-1042?' } }] } },
      {
        message: {
          role: 'assistant',
          tool_calls: [{ tool_call: { id: 'c1', function: { name: 'get_order', arguments: args } } }],
        },
      },
      { message: { role: 'tool', content: '{"status":"delivered"}', tool_call_id: 'c1' } },
    ],
  ],
  [
    'Vercel',
    [
      { role: 'user', content: [{ type: 'text', text: 'Where is A-1042?' }] },
      {
        role: 'assistant',
        content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'get_order', input: { order_id: 'A-1042' } }],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'c1',
            toolName: 'get_order',
            output: { type: 'text', value: '{"status":"delivered"}' },
          },
        ],
      },
    ],
  ],
  [
    'Bedrock and Strands',
    [
      { role: 'user', content: [{ text: 'Where is A-1042?' }] },
      {
        role: 'assistant',
        content: [{ toolUse: { toolUseId: 'c1', name: 'get_order', input: { order_id: 'A-1042' } } }],
      },
      {
        role: 'tool',
        content: [
          { toolResult: { toolUseId: 'c1', status: 'success', content: [{ text: '{"status":"delivered"}' }] } },
        ],
      },
    ],
  ],
  [
    'Gemini and ADK',
    {
      model: 'gemini',
      config: {},
      contents: [
        { role: 'user', parts: [{ text: 'Where is A-1042?' }] },
        { role: 'model', parts: [{ function_call: { id: 'c1', name: 'get_order', args: { order_id: 'A-1042' } } }] },
        {
          role: 'tool',
          parts: [{ function_response: { id: 'c1', name: 'get_order', response: '{"status":"delivered"}' } }],
        },
      ],
    },
  ],
];

describe('one conversation is read from every form', () => {
  it.each(forms)('%s', (_, payload) => {
    expect(readMessages(payload, 'user').messages).toEqual([asked, called, answered]);
  });
  it.each(forms)('%s as JSON text', (_, payload) => {
    expect(readMessages(JSON.stringify(payload), 'user').messages).toEqual([asked, called, answered]);
  });
});

it.each([
  [
    'a chat completion',
    { choices: [{ finish_reason: 'stop', message: { role: 'assistant', content: 'Done.' } }] },
    'stop',
  ],
  [
    'a LangChain generation',
    {
      generations: [
        [
          {
            generation_info: { finish_reason: 'stop' },
            message: { lc: 1, id: ['AIMessage'], kwargs: { content: 'Done.' } },
          },
        ],
      ],
    },
    'stop',
  ],
  [
    'a Gemini response',
    { candidates: [{ content: { role: 'model', parts: [{ text: 'Done.' }] }, finishReason: 'STOP' }] },
    'STOP',
  ],
  ['an ADK response', { content: { role: 'model', parts: [{ text: 'Done.' }] }, finish_reason: 'STOP' }, 'STOP'],
  [
    'an Anthropic message',
    { role: 'assistant', content: [{ type: 'text', text: 'Done.' }], stop_reason: 'end_turn' },
    'end_turn',
  ],
  ['content blocks alone', [{ type: 'text', text: 'Done.' }], ''],
  ['a text with a reason', { text: 'Done.', finish_reason: 'stop' }, 'stop'],
  ['plain text', 'Done.', ''],
])('an answer is read from %s', (_, payload, finishReason) => {
  const read = readMessages(payload, 'assistant');
  expect(read.messages).toEqual([{ role: 'assistant', parts: [{ type: 'text', content: 'Done.' }] }]);
  expect(read.finishReason).toBe(finishReason);
});

describe('a message keeps', () => {
  it.each([
    [
      'arguments that do not parse, for detectors to see',
      [{ role: 'assistant', content: null, tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{"a":' } }] }],
      { type: 'tool_call', id: 'c', name: 'f', arguments: '{"a":' },
    ],
    [
      'reasoning apart from text',
      [{ role: 'assistant', content: [{ type: 'thinking', thinking: 'hm' }] }],
      { type: 'reasoning', content: 'hm' },
    ],
    [
      'parts nobody knows',
      [{ role: 'user', parts: [{ type: 'blob', mime_type: 'image/png' }] }],
      { type: 'blob', mime_type: 'image/png' },
    ],
  ])('%s', (_, payload, part) => expect(readMessages(payload, 'user').messages[0]?.parts).toEqual([part]));
});

it('LangChain’s pairs of role and text are messages', () => {
  expect(readMessages({ messages: [['user', 'Where is A-1042?']] }, 'user').messages).toEqual([asked]);
});

it('system instructions beside the messages are found', () => {
  const gemini = { config: { system_instruction: 'Be brief.' }, contents: [{ role: 'user', parts: [{ text: 'x' }] }] };
  expect(readMessages(gemini, 'user').system).toBe('Be brief.');
});

it('what is nested beyond reason is kept as text', () => {
  const deep = `${'[{"content":'.repeat(3000)}"x"${'}]'.repeat(3000)}`;
  expect(readMessages(deep, 'user').messages.length).toBeLessThanOrEqual(1);
});

import { describe, expect, it } from 'vitest';
import { convert, event, ofAttributes } from './spans.fixture.ts';

const input = [{ role: 'user', parts: [{ type: 'text', content: 'Where is A-1042?' }] }];
const output = [{ role: 'assistant', parts: [{ type: 'text', content: 'Delivered.' }] }];
const details = {
  'gen_ai.input.messages': JSON.stringify(input),
  'gen_ai.output.messages': JSON.stringify([{ ...output[0], finish_reason: 'stop' }]),
  'gen_ai.system_instructions': '[{"type":"text","content":"Be brief."}]',
};
const chat = { 'gen_ai.operation.name': 'chat' };

describe('an inference is read', () => {
  it.each([
    ['from attributes', convert({ attributes: { ...chat, ...details } })],
    [
      'from structured attributes',
      convert({
        attributes: {
          ...chat,
          'gen_ai.input.messages': input,
          'gen_ai.output.messages': output,
          'gen_ai.system_instructions': [{ type: 'text', content: 'Be brief.' }],
          'gen_ai.response.finish_reasons': ['stop'],
        },
      }),
    ],
    [
      'from the event that holds everything',
      convert({ attributes: chat, events: [event('gen_ai.client.inference.operation.details', details)] }),
    ],
    [
      'from two such events',
      convert({
        attributes: { ...chat, 'gen_ai.system_instructions': 'Be brief.' },
        events: [
          event('gen_ai.client.inference.operation.details', {
            'gen_ai.input.messages': details['gen_ai.input.messages'],
          }),
          event('gen_ai.client.inference.operation.details', {
            'gen_ai.output.messages': details['gen_ai.output.messages'],
          }),
        ],
      }),
    ],
    [
      'from one event per message',
      convert({
        attributes: chat,
        events: [
          event('gen_ai.system.message', { content: 'Be brief.' }),
          event('gen_ai.user.message', { content: 'Where is A-1042?' }),
          event('gen_ai.choice', {
            index: 0,
            finish_reason: 'stop',
            message: '{"role":"assistant","content":"Delivered."}',
          }),
        ],
      }),
    ],
    [
      'from Strands’ events with blocks',
      convert({
        attributes: { ...chat, system_prompt: 'Be brief.' },
        events: [
          event('gen_ai.user.message', { content: '[{"text": "Where is A-1042?"}]' }),
          event('gen_ai.choice', { finish_reason: 'end_turn', message: '[{"text": "Delivered."}]' }),
        ],
      }),
    ],
    [
      'from Azure’s events with one body',
      convert({
        attributes: chat,
        events: [
          event('gen_ai.system.message', { 'gen_ai.event.content': '{"role":"system","content":"Be brief."}' }),
          event('gen_ai.user.message', { 'gen_ai.event.content': '{"role":"user","content":"Where is A-1042?"}' }),
          event('gen_ai.choice', {
            'gen_ai.event.content': '{"message":{"content":"Delivered."},"finish_reason":"stop","index":0}',
          }),
        ],
      }),
    ],
    [
      'from OpenInference',
      ofAttributes({
        'openinference.span.kind': 'LLM',
        'llm.input_messages.0.message.role': 'system',
        'llm.input_messages.0.message.content': 'Be brief.',
        'llm.input_messages.1.message.role': 'user',
        'llm.input_messages.1.message.content': 'Where is A-1042?',
        'llm.output_messages.0.message.role': 'assistant',
        'llm.output_messages.0.message.content': 'Delivered.',
        'output.value': '{"choices":[{"finish_reason":"stop"}]}',
      }),
    ],
    [
      'from OpenInference’s raw request and response',
      ofAttributes({
        'openinference.span.kind': 'LLM',
        'input.value':
          '{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Where is A-1042?"}]}',
        'output.value': '{"text":"Delivered.","finish_reason":"stop"}',
      }),
    ],
    [
      'from Traceloop’s indexed attributes',
      ofAttributes({
        'llm.request.type': 'chat',
        'gen_ai.prompt.0.role': 'system',
        'gen_ai.prompt.0.content': 'Be brief.',
        'gen_ai.prompt.1.role': 'user',
        'gen_ai.prompt.1.content': 'Where is A-1042?',
        'gen_ai.completion.0.role': 'assistant',
        'gen_ai.completion.0.content': 'Delivered.',
        'gen_ai.completion.0.finish_reason': 'stop',
      }),
    ],
    [
      'from the Vercel SDK before version 7',
      ofAttributes({
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.prompt.messages':
          '[{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"Where is A-1042?"}]}]',
        'ai.response.text': 'Delivered.',
        'ai.response.finishReason': 'stop',
      }),
    ],
    [
      'from ADK’s request and response',
      ofAttributes({
        'gen_ai.operation.name': 'generate_content',
        'gcp.vertex.agent.llm_request':
          '{"config":{"system_instruction":"Be brief."},"contents":[{"role":"user","parts":[{"text":"Where is A-1042?"}]}]}',
        'gcp.vertex.agent.llm_response':
          '{"content":{"role":"model","parts":[{"text":"Delivered."}]},"finish_reason":"STOP"}',
      }),
    ],
    [
      'from Langfuse',
      ofAttributes({
        'langfuse.observation.type': 'generation',
        'langfuse.observation.input':
          '[{"role":"system","content":"Be brief."},{"role":"user","content":"Where is A-1042?"}]',
        'langfuse.observation.output': '{"role":"assistant","content":"Delivered.","finish_reason":"stop"}',
      }),
    ],
  ])('%s', (_, span) => {
    expect(span.kind).toBe('llm');
    expect(JSON.parse(span.inputMessages)).toEqual(input);
    expect(JSON.parse(span.outputMessages)).toEqual(output);
    expect(span.systemInstructions).toBe('Be brief.');
    expect(span.finishReason).toBe('stop');
    expect(span.events).toBe('');
  });
});

describe('finish reasons are normalised', () => {
  it.each([
    [['tool-calls'], 'tool_calls'],
    [['tool_call'], 'tool_calls'],
    ['["tool_use"]', 'tool_calls'],
    ['end_turn', 'stop'],
    [['MAX_TOKENS'], 'length'],
    [['FinishReason.SAFETY'], 'content_filter'],
    [['stop', 'length'], 'stop'],
    ['something_new', 'something_new'],
    [[], ''],
  ])('%j is %j', (sent, reason) => {
    expect(ofAttributes({ ...chat, 'gen_ai.response.finish_reasons': sent }).finishReason).toBe(reason);
  });

  it('and a stop beside a tool call is a stop for the call', () => {
    const messages = [
      { role: 'assistant', parts: [{ type: 'tool_call', name: 'f', arguments: {} }], finish_reason: 'stop' },
    ];
    expect(ofAttributes({ ...chat, 'gen_ai.output.messages': JSON.stringify(messages) }).finishReason).toBe(
      'tool_calls',
    );
  });
});

it('messages in the model’s form are stored as sent', () => {
  const sent = '[ {"role": "user", "parts": [{"type": "text", "content": "Hi"}]} ]';
  expect(ofAttributes({ ...chat, 'gen_ai.input.messages': sent }).inputMessages).toBe(sent);
});

it('the items of the Responses API, which OpenInference does not spell out, come from the request', () => {
  const items = [
    { role: 'user', content: 'Where is A-1042?' },
    { type: 'function_call', call_id: 'c1', name: 'get_order', arguments: '{}' },
    { type: 'function_call_output', call_id: 'c1', output: 'Delivered.' },
  ];
  const span = ofAttributes({
    'openinference.span.kind': 'LLM',
    'llm.input_messages.0.message.role': 'user',
    'llm.input_messages.0.message.content': 'Where is A-1042?',
    'input.value': JSON.stringify(items),
  });
  expect(JSON.parse(span.inputMessages)).toHaveLength(3);
});

it('the newest messages survive the cap', () => {
  const messages = Array.from({ length: 400 }, (_, i) => ({
    role: 'user',
    parts: [{ type: 'text', content: `${i} ${'x'.repeat(200)}` }],
  }));
  const span = ofAttributes({ ...chat, 'gen_ai.input.messages': JSON.stringify(messages) });
  expect(JSON.parse(span.inputMessages).at(-1)).toEqual(messages.at(-1));
  expect(span.inputMessages.length).toBeLessThanOrEqual(32 * 1024);
  expect(span.cut.map(({ field }) => field)).toEqual(['inputMessages']);
});

it('a step’s input and output are data, not talk', () => {
  const span = ofAttributes({ 'openinference.span.kind': 'CHAIN', 'input.value': 'x', 'output.value': 'y' });
  expect(span).toMatchObject({ inputMessages: '', outputMessages: '' });
  expect(JSON.parse(span.attributes)).toMatchObject({ 'input.value': 'x', 'output.value': 'y' });
});

it('half a JSON is a text', () => {
  const span = ofAttributes({ ...chat, 'gen_ai.input.messages': '[{"role":"user","par' });
  expect(JSON.parse(span.inputMessages)[0].parts[0].content).toBe('[{"role":"user","par');
});

import { describe, expect, it } from 'vitest';
import { Cuts } from './caps.ts';
import { toolCall } from './tool-call.ts';

const call = (args: unknown, result?: unknown) => toolCall('get_order', args, result, new Cuts());

describe('five identical calls have one digest', () => {
  const ways: [name: string, sent: unknown][] = [
    ['JSON text', '{"order_id":"A-1042","express":true}'],
    ['JSON text with other white space and order', '{ "express": true, "order_id": "A-1042" }'],
    ['a structured value', { order_id: 'A-1042', express: true }],
    ['JSON in JSON', '"{\\"order_id\\":\\"A-1042\\",\\"express\\":true}"'],
    ['a Python repr', "{'order_id': 'A-1042', 'express': True}"],
    [
      'Traceloop’s record of a run, which counts steps',
      '{"input_str":"{}","tags":["seq:step:1"],"metadata":{"langgraph_step":5},"inputs":{"order_id":"A-1042","express":true},"kwargs":{"tool_call_id":"call_a0"}}',
    ],
    [
      'Traceloop’s record without inputs',
      { input_str: "{'order_id': 'A-1042', 'express': True}", metadata: { step: 9 } },
    ],
    [
      'a Python call with keywords',
      { args: [], sanitize_inputs_outputs: true, kwargs: { order_id: 'A-1042', express: true } },
    ],
    [
      'LangChain’s tool call',
      { name: 'get_order', args: { order_id: 'A-1042', express: true }, id: 'call_7', type: 'tool_call' },
    ],
    [
      'a list of one tool call',
      [{ name: 'get_order', args: { order_id: 'A-1042', express: true }, id: 'call_7', type: 'tool_call' }],
    ],
    [
      'OpenAI’s tool call',
      { id: 'c', type: 'function', function: { name: 'get_order', arguments: '{"order_id":"A-1042","express":true}' } },
    ],
    ['MCP’s parameters', { name: 'get_order', arguments: { order_id: 'A-1042', express: true } }],
    [
      'MCP’s request',
      {
        jsonrpc: '2.0',
        id: 3,
        method: 'tools/call',
        params: { name: 'get_order', arguments: { order_id: 'A-1042', express: true } },
      },
    ],
    ['arguments with the call’s id among them', { order_id: 'A-1042', express: true, tool_call_id: 'call_9' }],
  ];
  it.each(ways)('sent as %s', (_, sent) => {
    expect(call(sent).toolArguments).toBe('{"express":true,"order_id":"A-1042"}');
    expect(call(sent).toolArgumentsDigest).toBe(call(ways[0]?.[1]).toolArgumentsDigest);
  });

  it('but not with another tool’s', () => {
    expect(toolCall('get_invoice', '{}', undefined, new Cuts()).toolArgumentsDigest).not.toBe(
      call('{}').toolArgumentsDigest,
    );
  });
});

describe('arguments that are not wrapped stay what they are', () => {
  it.each([
    ['a bare value of a tool with one argument', 'A-1042', '"A-1042"'],
    ['digits, which are a text here', '42', '"42"'],
    ['an argument called name', { name: 'Ada', input: 'x' }, '{"input":"x","name":"Ada"}'],
    ['an argument called kwargs beside others', { kwargs: { a: 1 }, b: 2 }, '{"b":2,"kwargs":{"a":1}}'],
    ['an argument that holds JSON', { filter: '{"a":1}' }, '{"filter":"{\\"a\\":1}"}'],
    ['an id beyond what a double holds', '{"id":12345678901234567890}', '{"id":12345678901234567890}'],
    ['a list of two', [1, 2], '[1,2]'],
    ['half a JSON', '{"order_id":"A-10', '"{\\"order_id\\":\\"A-10"'],
    ['an empty object', '{}', '{}'],
  ])('%s', (_, sent, text) => expect(call(sent).toolArguments).toBe(text));
});

describe('a result is unwrapped', () => {
  const answer = '{"status": "delivered"}';
  it.each([
    ['plain JSON', answer],
    [
      'LangChain’s message, dumped',
      { type: 'tool', data: { content: answer, tool_call_id: 'call_b0', status: 'success', name: 'get_order' } },
    ],
    [
      'LangChain’s message, serialised',
      {
        lc: 1,
        type: 'constructor',
        id: ['langchain', 'schema', 'messages', 'ToolMessage'],
        kwargs: { content: answer, tool_call_id: 'call_b0' },
      },
    ],
    [
      'the same in Traceloop’s output',
      JSON.stringify({
        output: {
          lc: 1,
          type: 'constructor',
          id: ['ToolMessage'],
          kwargs: { content: answer, tool_call_id: 'call_b0' },
        },
        kwargs: { color: 'green' },
      }),
    ],
    [
      'the repr of LangChain’s message',
      "content='{\"status\": \"delivered\"}' name='get_order' tool_call_id='call_b0'",
    ],
    ['ADK’s result', { result: answer }],
    ['JSON-RPC', { jsonrpc: '2.0', id: 4, result: { content: [{ type: 'text', text: answer }] } }],
    ['MCP’s content', { content: [{ type: 'text', text: answer }], isError: false }],
    ['content blocks', [{ type: 'text', text: answer }]],
    ['Strands’ blocks', { toolUseId: 'call_b0', status: 'success', content: [{ text: answer }] }],
    ['the Vercel SDK’s output', { type: 'text', value: answer }],
    ['a Responses item', { type: 'function_call_output', call_id: 'call_b0', output: answer }],
    ['AutoGen’s result', { content: answer, call_id: 'call_b0', is_error: false, name: 'get_order' }],
    ['JSON in JSON', JSON.stringify(answer)],
  ])('from %s', (_, sent) => {
    const { toolResult, statedError } = call(undefined, sent);
    expect(toolResult).toBe(answer);
    expect(statedError).toBe(false);
  });

  it('of a LangGraph command to the answer of its tool message, and where it goes', () => {
    const messages = [
      { type: 'human', data: { content: 'hi' } },
      { type: 'tool', data: { content: 'Transferred', tool_call_id: 'call_h0' } },
    ];
    expect(
      call(undefined, { graph: '__parent__', update: { messages }, goto: 'refunds-agent', resume: null }),
    ).toMatchObject({
      toolResult: 'Transferred',
      toolCallId: 'call_h0',
      goto: 'refunds-agent',
    });
  });

  it.each([
    ['text about errors', 'Found 3 lines with "error"'],
    ['an answer of false', '{"result": false}'],
    ['an answer with more than a result', '{"result":[1],"next":2}'],
    ['an answer with data and status', '{"data":{"x":1},"status":"ok"}'],
    ['the tool’s own failure', '{"success":false,"error":"card_expired"}'],
    ['an answer with a call id of a telephone company', '{"call_id":"c1","result":"busy"}'],
    ['an answer called type and data', '{"type":"success","data":{"x":1}}'],
    ['an empty list', '[]'],
    ['a number', '42'],
  ])('but not %s', (_, sent) => expect(call(undefined, sent).toolResult).toBe(sent));

  it.each([
    ['LangChain', { type: 'tool', data: { content: 'boom', tool_call_id: 'c', status: 'error' } }, 'boom'],
    ['the Vercel SDK', { type: 'error-text', value: 'boom' }, 'boom'],
    ['Strands', { toolUseId: 'c', status: 'error', content: [{ text: 'boom' }] }, 'boom'],
    [
      'MCP, whose mark stays visible',
      { content: [{ type: 'text', text: 'boom' }], isError: true },
      '{"content":"boom","isError":true}',
    ],
  ])('and an error that %s states is told', (_, sent, toolResult) => {
    expect(call(undefined, sent)).toMatchObject({ toolResult, statedError: true });
  });
});

describe('the call’s id is found', () => {
  it.each([
    ['in Traceloop’s envelope', { input_str: 'x', inputs: { a: 1 }, kwargs: { tool_call_id: 'call_1' } }, undefined],
    ['in a tool call as arguments', { name: 'get_order', args: {}, id: 'call_1', type: 'tool_call' }, undefined],
    ['in LangChain’s message', undefined, { type: 'tool', data: { content: 'x', tool_call_id: 'call_1' } }],
    ['in a repr', undefined, "content='x' tool_call_id='call_1'"],
  ])('%s', (_, args, result) => expect(call(args, result).toolCallId).toBe('call_1'));
});

it('a payload beyond its cap stays JSON, with the digest of the whole', () => {
  const cuts = new Cuts();
  const long = (page: string) => JSON.stringify({ page: page.repeat(40_000), id: 7 });
  const cut = toolCall('fetch', long('x'), long('y'), cuts);
  expect(JSON.parse(cut.toolArguments).id).toBe(7);
  expect(JSON.parse(cut.toolResult).id).toBe(7);
  expect(cuts.list.map(({ field, length }) => [field, length])).toEqual([
    ['toolArguments', 40_018],
    ['toolResult', 40_018],
  ]);
  expect(cut.toolResultDigest).toBe(call(undefined, long('y')).toolResultDigest);
  expect(call(undefined, 'z'.repeat(40_000)).toolResult.length).toBe(16 * 1024);
});

it('absent payloads have no digest', () => {
  expect(call(undefined)).toMatchObject({
    toolArguments: '',
    toolArgumentsDigest: '',
    toolResult: '',
    toolResultDigest: '',
  });
});

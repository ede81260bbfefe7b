/** Spans as frameworks without recorded runs emit them, by their instrumentations' sources. */
import { describe, expect, it } from 'vitest';
import { convert, event, ofAttributes } from './spans.fixture.ts';

describe('CrewAI under OpenInference', () => {
  const tool = (calling: unknown) =>
    ofAttributes(
      {
        'openinference.span.kind': 'TOOL',
        'tool.name': 'get_order',
        'input.value': JSON.stringify({
          tool_string: '{"order_id": "A-1042"}',
          tool: 'CrewStructuredTool(…)',
          calling,
        }),
        'output.value': 'delivered',
      },
      'get_order._use',
    );
  it.each([
    ['an object', { tool_name: 'Get Order', arguments: { order_id: 'A-1042' } }],
    ['a repr', "ToolCalling(tool_name='get_order', arguments={'order_id': 'A-1042'})"],
    ['absent', null],
  ])('the arguments of a call that is %s', (_, calling) => {
    expect(tool(calling)).toMatchObject({
      kind: 'tool',
      tool: 'get_order',
      toolArguments: '{"order_id":"A-1042"}',
      toolResult: 'delivered',
    });
  });

  it('an agent is its role', () => {
    const attributes = {
      'openinference.span.kind': 'AGENT',
      'graph.node.id': 'Refunds Agent',
      'graph.node.parent_id': 'Triage',
    };
    expect(ofAttributes(attributes, 'Refunds Agent._execute_core')).toMatchObject({
      kind: 'agent',
      agent: 'Refunds Agent',
      handoffFrom: 'triage',
    });
  });
});

describe('AutoGen under OpenInference', () => {
  const span = ofAttributes(
    {
      'openinference.span.kind': 'LLM',
      'llm.input_messages.0.message.role': 'user',
      'llm.input_messages.0.message.content': 'Where is A-1042?',
      'llm.input_messages.1.message.role': 'function',
      'llm.input_messages.1.function.0': '{"name":"get_order","content":"late","call_id":"c1","is_error":true}',
      'llm.tools.0.tool.name': 'get_order',
      'llm.tools.0.tool.json_schema': '{"name":"get_order","description":"d","parameters":{"type":"object"}}',
      'output.value':
        '{"finish_reason":"function_calls","content":[{"id":"c2","arguments":"{\\"id\\":1}","name":"get_order"}],"usage":{"prompt_tokens":7,"completion_tokens":3}}',
    },
    'OpenAIChatCompletionClient.create',
  );
  it('has its messages, calls and usage', () => {
    expect(span).toMatchObject({ kind: 'llm', finishReason: 'tool_calls', inputTokens: 7, outputTokens: 3 });
    expect(JSON.parse(span.inputMessages)[1]).toEqual({
      role: 'tool',
      parts: [{ type: 'tool_call_response', id: 'c1', response: 'late' }],
    });
    expect(JSON.parse(span.outputMessages)).toEqual([
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'c2', name: 'get_order', arguments: { id: 1 } }] },
    ]);
    expect(JSON.parse(span.toolDefinitions)).toEqual([
      { name: 'get_order', description: 'd', parameters: { type: 'object' } },
    ]);
  });
});

describe('smolagents', () => {
  it('a call by keyword, beside a schema that is not its arguments', () => {
    const span = ofAttributes(
      {
        'openinference.span.kind': 'TOOL',
        'tool.name': 'web_search',
        'tool.parameters': '{"query": {"type": "string", "description": "q"}}',
        'input.value': '{"args": [], "sanitize_inputs_outputs": true, "kwargs": {"query": "AI trends"}}',
        'output.value': 'three results',
      },
      'WebSearchTool',
    );
    expect(span).toMatchObject({
      tool: 'web_search',
      toolArguments: '{"query":"AI trends"}',
      toolResult: 'three results',
    });
  });
  it('an agent is named by its span', () => {
    expect(
      ofAttributes({ 'openinference.span.kind': 'AGENT', 'llm.token_count.prompt': 9 }, 'CodeAgent.run'),
    ).toMatchObject({ agent: 'CodeAgent', inputTokens: null });
  });
});

describe('Haystack', () => {
  it('a tool’s step', () => {
    const attributes = {
      'haystack.tool.name': 'weather',
      'haystack.agent.step.tool.input': '{"city":"Berlin"}',
      'haystack.agent.step.tool.output': '{"t":7}',
    };
    expect(ofAttributes(attributes, 'haystack.agent.step.tool')).toMatchObject({
      kind: 'tool',
      tool: 'weather',
      toolArguments: '{"city":"Berlin"}',
      toolResult: '{"t":7}',
    });
  });

  it('a generator is a model, with its replies and usage', () => {
    const span = ofAttributes(
      {
        'haystack.component.type': 'OpenAIChatGenerator',
        'haystack.component.name': 'llm',
        'haystack.component.input':
          '{"messages":[{"role":"user","content":[{"text":"Where?"}]},{"role":"tool","content":[{"tool_call_result":{"result":"here","origin":{"id":"c"},"error":false}}]}]}',
        'haystack.component.output':
          '{"replies":[{"role":"assistant","content":[{"tool_call":{"tool_name":"f","arguments":{"a":1},"id":"d"}}],"meta":{"finish_reason":"tool_calls","usage":{"prompt_tokens":5,"completion_tokens":2}}}]}',
      },
      'haystack.component.run',
    );
    expect(span).toMatchObject({ kind: 'llm', inputTokens: 5, outputTokens: 2 });
    expect(JSON.parse(span.inputMessages)[1].parts[0]).toEqual({
      type: 'tool_call_response',
      id: 'c',
      response: 'here',
    });
    expect(JSON.parse(span.outputMessages)[0].parts[0]).toEqual({
      type: 'tool_call',
      id: 'd',
      name: 'f',
      arguments: { a: 1 },
    });
  });

  it.each([
    ['InMemoryEmbeddingRetriever', 'retrieval'],
    ['haystack.components.agents.agent.Agent', 'agent'],
    ['PromptBuilder', 'step'],
  ])('a %s is %s', (type, kind) =>
    expect(ofAttributes({ 'haystack.component.type': type }, 'haystack.component.run').kind).toBe(kind),
  );
});

describe('Strands', () => {
  it('a call on events', () => {
    const span = convert({
      name: 'execute_tool get_order',
      attributes: {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'get_order',
        'gen_ai.tool.call.id': 'c1',
        'gen_ai.tool.status': 'error',
      },
      events: [
        event('gen_ai.tool.message', { role: 'tool', content: '{"order_id": "A-1042"}', id: 'c1' }),
        event('gen_ai.choice', { message: '[{"text": "Error: no such order"}]', id: 'c1' }),
      ],
    });
    expect(span).toMatchObject({
      toolArguments: '{"order_id":"A-1042"}',
      toolResult: 'Error: no such order',
      failed: true,
      events: '',
    });
  });

  it('a call on the event that holds everything', () => {
    const part = { type: 'tool_call', name: 'get_order', id: 'c1', arguments: { order_id: 'A-1042' } };
    const response = { type: 'tool_call_response', id: 'c1', response: [{ text: 'delivered' }] };
    const span = convert({
      attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'get_order' },
      events: [
        event('gen_ai.client.inference.operation.details', {
          'gen_ai.input.messages': JSON.stringify([{ role: 'tool', parts: [part] }]),
        }),
        event('gen_ai.client.inference.operation.details', {
          'gen_ai.output.messages': JSON.stringify([{ role: 'tool', parts: [response] }]),
        }),
      ],
    });
    expect(span).toMatchObject({ toolCallId: 'c1', toolArguments: '{"order_id":"A-1042"}', toolResult: 'delivered' });
  });

  it('its first form', () => {
    const span = ofAttributes(
      {
        'gen_ai.prompt': '{"toolUseId":"c1","name":"get_order","input":{"order_id":"A-1042"}}',
        'tool.name': 'get_order',
        'tool.id': 'c1',
        'tool.parameters': '{"order_id":"A-1042"}',
      },
      'Tool: get_order',
    );
    expect(span).toMatchObject({ kind: 'tool', toolCallId: 'c1', toolArguments: '{"order_id":"A-1042"}' });
  });
});

it('LangSmith writes any payload where messages belong', () => {
  const attributes = {
    'langsmith.span.kind': 'tool',
    'gen_ai.tool.name': 'f',
    'gen_ai.prompt': '{"a":1}',
    'gen_ai.completion': '{"output":{"b":2}}',
  };
  expect(ofAttributes(attributes)).toMatchObject({
    kind: 'tool',
    toolArguments: '{"a":1}',
    toolResult: '{"b":2}',
    inputMessages: '',
  });
});

it('Semantic Kernel’s completions are inferences', () => {
  expect(
    ofAttributes({ 'gen_ai.operation.name': 'chat.completions', 'gen_ai.response.prompt_tokens': 5 }),
  ).toMatchObject({ kind: 'llm', inputTokens: 5 });
});

it('LlamaIndex’s handover names its target among the arguments', () => {
  const attributes = {
    'openinference.span.kind': 'TOOL',
    'tool.name': 'handoff',
    'input.value': '{"to_agent":"RefundsAgent","reason":"damaged"}',
  };
  expect(ofAttributes(attributes)).toMatchObject({ kind: 'handoff', handoffTo: 'refunds_agent' });
});

it('arguments of AgentOps stand where others put the schema', () => {
  const attributes = {
    'agentops.span.kind': 'tool',
    'tool.name': 'f',
    'tool.parameters': '{"a":1}',
    'tool.result': 'x',
  };
  expect(ofAttributes(attributes)).toMatchObject({ toolArguments: '{"a":1}', toolResult: 'x' });
});

/**
 * What instrumentations really do and a naive reading gets wrong, one test for each. Each was seen in recorded spans.
 */
import { describe, expect, it } from 'vitest';
import { convert, event, ofAttributes } from './spans.fixture.ts';

const chat = { 'gen_ai.operation.name': 'chat' };
const call = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'get_order' };
const ERROR = { code: 2, message: '' };

it('usage that a Vercel agent repeats is not counted twice', () => {
  const usage = { 'gen_ai.usage.input_tokens': 900, 'gen_ai.usage.output_tokens': 48 };
  expect(ofAttributes({ 'gen_ai.operation.name': 'invoke_agent', ...usage }).inputTokens).toBeNull();
  expect(ofAttributes({ ...chat, ...usage }).inputTokens).toBe(900);
});

it('input tokens include the cached ones and are stored as sent', () => {
  const span = ofAttributes({ ...chat, 'gen_ai.usage.input_tokens': 360, 'gen_ai.usage.cache_read.input_tokens': 128 });
  expect(span).toMatchObject({ inputTokens: 360, cacheReadTokens: 128 });
});

it('a value is the same as JSON text and structured', () => {
  const value = { order_id: 'A-1042', items: [1, 2] };
  const asText = ofAttributes({ ...call, 'gen_ai.tool.call.arguments': JSON.stringify(value) });
  const structured = ofAttributes({ ...call, 'gen_ai.tool.call.arguments': value });
  expect(structured.toolArgumentsDigest).toBe(asText.toolArgumentsDigest);
  expect(structured.toolArguments).toBe(asText.toolArguments);
});

it('an MCP span without payload inside a tool call is not a second call', () => {
  const span = convert({ kind: 3, attributes: { ...call, 'mcp.method.name': 'tools/call', 'mcp.session.id': 'm' } });
  expect(span).toMatchObject({ kind: 'step', conversationId: '' });
});

it('links to a remote agent’s trace are kept', () => {
  const link = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceState: '', attributes: {} };
  expect(convert({ links: [link] }).links).toContain(link.traceId);
});

it('an error inside a result is not a failure of the span', () => {
  const span = ofAttributes({ ...call, 'gen_ai.tool.call.result': '{"success":false,"error":"card_expired"}' });
  expect(span).toMatchObject({ failed: false, errorType: '', toolResult: '{"success":false,"error":"card_expired"}' });
});

describe('envelopes', () => {
  const traceloop = (step: number, id: string) =>
    JSON.stringify({
      input_str: "{'order_id': 'A-1042'}",
      tags: [`seq:step:${step}`],
      metadata: { langgraph_step: step, langgraph_checkpoint_ns: `tools:${id}` },
      inputs: { order_id: 'A-1042' },
      kwargs: { color: 'green', tool_call_id: id },
    });

  it('with step numbers inside do not hide that a call is repeated', () => {
    const digests = [2, 4, 6, 8, 10].map(
      (step) =>
        ofAttributes({ ...call, 'gen_ai.tool.call.arguments': traceloop(step, `call_${step}`) }).toolArgumentsDigest,
    );
    expect(new Set(digests).size).toBe(1);
  });

  it('hold the id of the call', () => {
    expect(ofAttributes({ ...call, 'gen_ai.tool.call.arguments': traceloop(2, 'call_a0') }).toolCallId).toBe('call_a0');
    const result = JSON.stringify({ type: 'tool', data: { content: 'x', tool_call_id: 'call_b0' } });
    expect(
      ofAttributes({ 'openinference.span.kind': 'TOOL', 'tool.name': 't', 'output.value': result }).toolCallId,
    ).toBe('call_b0');
  });
});

describe('the kind a span states may be wrong', () => {
  it.each([
    [
      'OpenInference calls a tool an agent whose name contains the word',
      { 'openinference.span.kind': 'AGENT', 'tool.name': 'transfer_to_refunds_agent' },
      'transfer_to_refunds_agent',
      'handoff',
    ],
    [
      'the same of a tool that hands nothing over',
      { 'openinference.span.kind': 'AGENT', 'tool.name': 'find_agent' },
      'find_agent',
      'tool',
    ],
    [
      'a handover of OpenAI Agents is no tool',
      { 'openinference.span.kind': 'TOOL' },
      'handoff to refunds-agent',
      'handoff',
    ],
    [
      'smolagents’ final answer is no tool',
      { 'openinference.span.kind': 'TOOL', 'tool.name': 'final_answer' },
      'FinalAnswerTool',
      'step',
    ],
    [
      'Traceloop’s task is a graph node',
      { 'gen_ai.operation.name': 'execute_task', 'traceloop.span.kind': 'task' },
      'execute_task tools',
      'step',
    ],
    [
      'creating an agent runs none',
      { 'gen_ai.operation.name': 'create_agent', 'gen_ai.agent.name': 'a' },
      'create_agent a',
      'step',
    ],
  ])('%s', (_, attributes, name, kind) => expect(ofAttributes(attributes, name).kind).toBe(kind));

  it('ADK’s outer call is no second inference', () => {
    const attributes = {
      'gen_ai.system': 'gcp.vertex.agent',
      'gen_ai.request.model': 'g',
      'gen_ai.usage.input_tokens': 9,
    };
    const scope = { name: 'gcp.vertex.agent', version: '2.13.0' };
    expect(convert({ name: 'call_llm', attributes, scope })).toMatchObject({ kind: 'step', inputTokens: null });
    expect(convert({ name: 'call_llm', attributes, scope: { name: 'gcp.vertex.agent' } })).toMatchObject({
      kind: 'llm',
      inputTokens: 9,
    });
  });
});

it('a LangGraph handover is an exception with status ERROR and no failure', () => {
  const events = [
    event('exception', { 'exception.type': 'langgraph.errors.ParentCommand', 'exception.message': 'Command(…)' }),
  ];
  expect(convert({ status: ERROR, events, attributes: { 'error.type': 'ParentCommand' } }).failed).toBe(false);
});

it('one exception recorded twice is one error', () => {
  const twice = event('exception', { 'exception.type': 'ValueError', 'exception.message': 'x' });
  expect(convert({ status: ERROR, events: [twice, { ...twice }] })).toMatchObject({
    errorType: 'ValueError',
    events: '',
  });
});

it('an agent is one, however its handover tool spells it', () => {
  const tool = ofAttributes({ ...call, 'gen_ai.tool.name': 'transfer_to_refunds_agent' });
  const span = ofAttributes(
    { 'openinference.span.kind': 'TOOL', 'input.value': 'triage-agent', 'output.value': 'refunds-agent' },
    'handoff to refunds-agent',
  );
  expect(tool.handoffTo).toBe(span.handoffTo);
});

it('usage that pydantic-ai aggregates is not an agent’s own', () => {
  const span = ofAttributes({ 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.aggregated_usage.input_tokens': 1260 });
  expect(span.inputTokens).toBeNull();
});

it('langchain is no provider and unknown is no model', () => {
  const span = ofAttributes({
    ...chat,
    'gen_ai.provider.name': 'langchain',
    'gen_ai.request.model': 'unknown',
    'gen_ai.response.model': 'gpt-6',
  });
  expect(span).toMatchObject({ provider: '', model: 'gpt-6' });
});

it('a tool call without captured content is a tool call', () => {
  expect(ofAttributes(call)).toMatchObject({
    kind: 'tool',
    tool: 'get_order',
    toolArguments: '',
    toolResult: '',
    toolArgumentsDigest: '',
  });
});

it('flags and instance ids mean nothing and are kept', () => {
  const span = convert({ flags: 256, resource: { 'service.instance.id': 'i-1' } });
  expect(span.flags).toBe(256);
  expect(span.resource).toContain('i-1');
});

describe('a span as large as a request may be', () => {
  const llm = { 'openinference.span.kind': 'LLM' };

  it('spells out a message under a name of twenty thousand members', () => {
    const name = `llm.input_messages.0.message.content${'.0'.repeat(20_000)}`;
    expect(ofAttributes({ ...llm, [name]: 'Hi' }).kind).toBe('llm');
  });

  it('spells out two hundred thousand messages', () => {
    const names = Array.from({ length: 200_000 }, (_, i) => [`llm.input_messages.${i}.message.content`, 'Hi']);
    expect(ofAttributes({ ...llm, ...Object.fromEntries(names) }).inputMessages).toContain('Hi');
  });
});

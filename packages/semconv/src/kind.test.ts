import { describe, expect, it } from 'vitest';
import { convert, ofAttributes } from './spans.fixture.ts';

describe('a statement about the kind is understood in every convention', () => {
  it.each([
    [{ 'gen_ai.operation.name': 'chat' }, 'llm'],
    [{ 'gen_ai.operation.name': 'generate_content' }, 'llm'],
    [{ 'gen_ai.operation.name': 'text_completion' }, 'llm'],
    [{ 'gen_ai.operation.name': 'invoke_agent' }, 'agent'],
    [{ 'gen_ai.operation.name': 'create_agent' }, 'step'],
    [{ 'gen_ai.operation.name': 'invoke_workflow' }, 'step'],
    [{ 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' }, 'tool'],
    [{ 'gen_ai.operation.name': 'execute_task' }, 'step'],
    [{ 'gen_ai.operation.name': 'agent_step' }, 'step'],
    [{ 'gen_ai.operation.name': 'plan' }, 'step'],
    [{ 'gen_ai.operation.name': 'fetch_response' }, 'step'],
    [{ 'gen_ai.operation.name': 'handoff' }, 'handoff'],
    [{ 'gen_ai.operation.name': 'embeddings' }, 'retrieval'],
    [{ 'gen_ai.operation.name': 'retrieval' }, 'retrieval'],
    [{ 'gen_ai.operation.name': 'rerank' }, 'retrieval'],
    [{ 'gen_ai.operation.name': 'search_memory' }, 'memory'],
    [{ 'gen_ai.operation.name': 'upsert_memory' }, 'memory'],
    [{ 'openinference.span.kind': 'LLM' }, 'llm'],
    [{ 'openinference.span.kind': 'EMBEDDING' }, 'retrieval'],
    [{ 'openinference.span.kind': 'CHAIN' }, 'step'],
    [{ 'openinference.span.kind': 'RETRIEVER' }, 'retrieval'],
    [{ 'openinference.span.kind': 'RERANKER' }, 'retrieval'],
    [{ 'openinference.span.kind': 'TOOL', 'tool.name': 'search' }, 'tool'],
    [{ 'openinference.span.kind': 'AGENT' }, 'agent'],
    [{ 'openinference.span.kind': 'GUARDRAIL' }, 'guardrail'],
    [{ 'openinference.span.kind': 'EVALUATOR' }, 'evaluator'],
    [{ 'openinference.span.kind': 'PROMPT' }, 'step'],
    [{ 'openinference.span.kind': 'UNKNOWN' }, 'step'],
    [{ 'traceloop.span.kind': 'workflow' }, 'step'],
    [{ 'traceloop.span.kind': 'task' }, 'step'],
    [{ 'traceloop.span.kind': 'agent', 'traceloop.entity.name': 'planner' }, 'agent'],
    [{ 'traceloop.span.kind': 'tool', 'traceloop.entity.name': 'search' }, 'tool'],
    [{ 'llm.request.type': 'chat' }, 'llm'],
    [{ 'ai.operationId': 'ai.generateText' }, 'agent'],
    [{ 'ai.operationId': 'ai.generateText.doGenerate' }, 'llm'],
    [{ 'operation.name': 'ai.streamText.doStream support' }, 'llm'],
    [{ 'ai.operationId': 'ai.toolCall', 'ai.toolCall.name': 'search' }, 'tool'],
    [{ 'ai.operationId': 'ai.embed.doEmbed' }, 'retrieval'],
    [{ 'langfuse.observation.type': 'generation' }, 'llm'],
    [{ 'langfuse.observation.type': 'span' }, 'step'],
    [{ 'lmnr.span.type': 'LLM' }, 'llm'],
    [{ 'lmnr.span.type': 'TOOL' }, 'tool'],
    [{ 'langsmith.span.kind': 'llm' }, 'llm'],
    [{ 'langsmith.span.kind': 'retriever' }, 'retrieval'],
    [{ 'agentops.span.kind': 'agent' }, 'agent'],
    [{ 'mastra.span.type': 'model_generation' }, 'llm'],
    [{ 'mastra.span.type': 'agent_run' }, 'agent'],
    [{ 'mastra.span.type': 'mcp_tool_call' }, 'tool'],
    [{ 'ag2.span.type': 'handoff' }, 'handoff'],
    [{ 'agent.span.type': 'guardrail' }, 'guardrail'],
    [{ 'genkit:metadata:subtype': 'tool', 'genkit:type': 'action' }, 'tool'],
  ])('%j is %s', (attributes, kind) => expect(ofAttributes(attributes).kind).toBe(kind));
});

describe('without a statement the shape of the span decides', () => {
  it.each([
    ['a tool name', { 'crewai.tool.name': 'search' }, 'span', 'tool'],
    ['a model that was charged', { 'gen_ai.request.model': 'gpt-6', 'gen_ai.usage.input_tokens': 3 }, 'span', 'llm'],
    ['retrieved documents', { 'retrieval.documents.0.document.content': 'x' }, 'span', 'retrieval'],
    ['a memory record', { 'gen_ai.memory.record.id': 'm1' }, 'span', 'memory'],
    ['sender and receiver', { from_agent: 'a', to_agent: 'b' }, 'span', 'handoff'],
    ['a name with an operation', {}, 'execute_tool search', 'tool'],
    ['a name with a handover', {}, 'Handoff: triage -> refunds', 'handoff'],
    ['an HTTP client', { 'http.request.method': 'POST', 'url.full': 'https://api' }, 'POST', 'step'],
    ['a chat room of an ordinary service', { 'room.id': 7 }, 'chat room created', 'step'],
    ['nothing at all', {}, '', 'step'],
  ])('%s: %j named %j is %s', (_, attributes, name, kind) => {
    expect(ofAttributes(attributes, name).kind).toBe(kind);
  });
});

it('OpenTelemetry is believed before a product that says less', () => {
  expect(ofAttributes({ 'lmnr.span.type': 'DEFAULT', 'gen_ai.operation.name': 'chat' }).kind).toBe('llm');
  expect(ofAttributes({ 'traceloop.span.kind': 'workflow', 'gen_ai.operation.name': 'invoke_agent' }).kind).toBe(
    'agent',
  );
});

describe('MCP', () => {
  const call = {
    'mcp.method.name': 'tools/call',
    'gen_ai.tool.name': 'search',
    'gen_ai.operation.name': 'execute_tool',
  };
  it.each([
    ['a client span inside another span that carries no payload repeats that span', call, 3, 'p', 'step'],
    ['a client span with arguments is a call', { ...call, 'gen_ai.tool.call.arguments': '{}' }, 3, 'p', 'tool'],
    ['a client span without a parent is a call', call, 3, '', 'tool'],
    ["a server's span repeats its client's", { ...call, 'gen_ai.tool.call.arguments': '{}' }, 2, 'p', 'step'],
    ["a server's span of an uninstrumented client is a call", call, 2, '', 'tool'],
    ['listing tools is no call', { 'mcp.method.name': 'tools/list' }, 3, 'p', 'step'],
  ])('%s', (_, attributes, kind, parentSpanId, expected) => {
    expect(convert({ attributes, kind, parentSpanId, name: 'tools/call search' }).kind).toBe(expected);
  });
});

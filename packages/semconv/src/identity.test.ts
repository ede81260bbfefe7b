import { describe, expect, it } from 'vitest';
import type { Identity } from './identity.ts';
import { convert, ofAttributes } from './spans.fixture.ts';

const metadata = (values: object) => ({ 'openinference.span.kind': 'CHAIN', metadata: JSON.stringify(values) });

describe('who and where stands under many names', () => {
  it.each<[attributes: Record<string, unknown>, expected: Partial<Identity>]>([
    [{ 'gen_ai.conversation.id': 'c', 'session.id': 's' }, { conversationId: 'c' }],
    [{ 'session.id': 's' }, { conversationId: 's' }],
    [{ 'traceloop.association.properties.thread_id': 't' }, { conversationId: 't' }],
    [{ 'ai.settings.context.conversationId': 'c', 'ai.settings.context.sessionId': 's' }, { conversationId: 'c' }],
    [{ 'ai.telemetry.metadata.sessionId': 's' }, { conversationId: 's' }],
    [{ 'langfuse.session.id': 's' }, { conversationId: 's' }],
    [{ 'gcp.vertex.agent.session_id': 's' }, { conversationId: 's' }],
    [{ 'lmnr.association.properties.session_id': 's' }, { conversationId: 's' }],
    [{ 'gen_ai.session.id': 's' }, { conversationId: 's' }],
    [metadata({ thread_id: 't' }), { conversationId: 't' }],
    [{ 'mcp.session.id': 'connection' }, { conversationId: '' }],
    [{ 'gen_ai.agent.name': 'a', 'gen_ai.agent.id': 'i' }, { agent: 'a' }],
    [{ 'gen_ai.agent.id': 'i' }, { agent: 'i' }],
    [{ 'agent.name': 'a' }, { agent: 'a' }],
    [metadata({ lc_agent_name: 'a', langgraph_node: 'tools' }), { agent: 'a' }],
    [metadata({ langgraph_node: 'tools' }), { agent: '' }],
    [{ 'openinference.span.kind': 'AGENT', 'graph.node.id': 'a' }, { agent: 'a' }],
    [{ 'openinference.span.kind': 'CHAIN', 'graph.node.id': 'tools' }, { agent: '' }],
    [{ 'traceloop.association.properties.lc_agent_name': 'a' }, { agent: 'a' }],
    [{ 'traceloop.span.kind': 'agent', 'traceloop.entity.name': 'a' }, { agent: 'a' }],
    [{ 'traceloop.span.kind': 'task', 'traceloop.entity.name': 'tools' }, { agent: '' }],
    [{ 'ai.telemetry.functionId': 'a' }, { agent: 'a' }],
    [{ 'crewai.agent.role': 'Senior Researcher' }, { agent: 'Senior Researcher' }],
    [{ 'user.id': 'u', 'enduser.id': 'e' }, { userId: 'u' }],
    [{ 'langfuse.user.id': 'u' }, { userId: 'u' }],
    [{ 'gen_ai.workflow.name': 'w' }, { workflow: 'w' }],
    [{ 'traceloop.workflow.name': 'w' }, { workflow: 'w' }],
    [{ 'gen_ai.agent.version': '3', 'service.version': '2' }, { release: '3' }],
    [{ 'langfuse.release': 'r', 'langfuse.version': 'v' }, { release: 'r' }],
    [{ 'langfuse.environment': 'production' }, { environment: 'production' }],
    [{ 'gen_ai.request.model': 'gpt-6', 'gen_ai.response.model': 'gpt-6-2026-09-01' }, { model: 'gpt-6-2026-09-01' }],
    [
      { 'gen_ai.request.model': 'unknown', 'traceloop.association.properties.ls_model_name': 'gpt-6' },
      { model: 'gpt-6' },
    ],
    [
      { 'gen_ai.provider.name': 'langchain', 'traceloop.association.properties.ls_provider': 'openai' },
      { provider: 'openai' },
    ],
    [{ ...metadata({ ls_provider: 'openai', ls_model_name: 'gpt-6' }) }, { provider: 'openai', model: 'gpt-6' }],
    [{ 'gen_ai.system': 'anthropic' }, { provider: 'anthropic' }],
    [{ 'llm.provider': 'azure', 'llm.system': 'openai' }, { provider: 'azure' }],
    [{ 'gen_ai.agent.name': '<not specified>', 'agent.name': 'a' }, { agent: 'a' }],
    [{ 'gen_ai.conversation.id': 42 }, { conversationId: '42' }],
  ])('%j', (attributes, expected) => expect(ofAttributes(attributes)).toMatchObject(expected));

  it.each([
    ['Researcher.run', 'Researcher'],
    ['invoke_agent planner', 'planner'],
    ['Task._execute_core', ''],
    ['shop-support', ''],
  ])('an agent’s span named %j is of agent %j', (name, agent) => {
    expect(ofAttributes({ 'openinference.span.kind': 'AGENT' }, name).agent).toBe(agent);
  });
});

describe('what the span does not say', () => {
  const resource = {
    'service.name': 'shop',
    'service.version': '2.4.0',
    'deployment.environment.name': 'staging',
    'gen_ai.agent.name': 'from-resource',
    'host.name': 'h1',
  };

  it('its resource says', () => {
    const span = convert({ resource });
    expect(span).toMatchObject({ service: 'shop', release: '2.4.0', environment: 'staging', agent: 'from-resource' });
    expect(JSON.parse(span.resource)).toEqual({ 'host.name': 'h1' });
  });

  it('its scope says first', () => {
    expect(convert({ resource, scope: { attributes: { 'session.id': 's', 'gen_ai.agent.name': 'a' } } })).toMatchObject(
      { conversationId: 's', agent: 'a' },
    );
  });

  it('stays empty where nobody says it', () =>
    expect(convert({})).toMatchObject({ service: '', release: '', agent: '', resource: '' }));
});

it('a span with a release of its own leaves its resource’s readable', () => {
  const span = convert({ resource: { 'service.version': '2.4.0' }, attributes: { 'gen_ai.agent.version': '9' } });
  expect(span.release).toBe('9');
  expect(JSON.parse(span.resource)).toEqual({ 'service.version': '2.4.0' });
});

it('attributes of the scope are kept', () => {
  const span = convert({ resource: { 'host.name': 'h' }, scope: { name: 'lib', version: '1', attributes: { x: 1 } } });
  expect(span).toMatchObject({ scopeName: 'lib', scopeVersion: '1' });
  expect(JSON.parse(span.resource)).toEqual({ 'host.name': 'h', 'otel.scope.attributes': { x: 1 } });
});

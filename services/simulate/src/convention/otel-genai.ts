import { type Attributes, newAttributes } from '@spanwise/otlp';
import type { AgentProfile } from '../plan/step.ts';
import type { InferenceWork, Message } from '../render/record.ts';
import type { AgentRecord, Convention, Identity, Written } from './convention.ts';

/** OpenTelemetry's GenAI conventions with their current names. https://opentelemetry.io/docs/specs/semconv/gen-ai/ */
export const otelGenAi: Convention = {
  name: 'otel-genai',
  scope: { name: 'opentelemetry.instrumentation.genai', version: '2.2.0' },
  fineStatus: 0,
  write(record, identity) {
    const attributes = newAttributes();
    if (identity.sessionId !== undefined) attributes['gen_ai.conversation.id'] = identity.sessionId;
    if (identity.userId !== undefined) attributes['user.id'] = identity.userId;
    if (identity.agent !== undefined) attributes['gen_ai.agent.name'] = identity.agent;
    if (record.failure) attributes['error.type'] = record.failure.type;
    return { attributes, ...describe(record, identity, attributes) };
  },
};

function describe(record: AgentRecord, identity: Identity, attributes: Attributes): Omit<Written, 'attributes'> {
  const { work, agent } = record;
  switch (work.kind) {
    case 'agent':
      attributes['gen_ai.operation.name'] = 'invoke_agent';
      attributes['gen_ai.input.messages'] = JSON.stringify([says('user', work.request)]);
      if (work.answer !== '') attributes['gen_ai.output.messages'] = JSON.stringify([says('assistant', work.answer)]);
      return { name: `invoke_agent ${identity.agent ?? ''}`.trim(), kind: 1 };
    case 'inference':
      attributes['gen_ai.operation.name'] = 'chat';
      writeInference(work, agent, attributes);
      return { name: `chat ${agent.model}`, kind: 3 };
    case 'tool':
      attributes['gen_ai.operation.name'] = 'execute_tool';
      attributes['gen_ai.tool.name'] = work.tool;
      attributes['gen_ai.tool.type'] = 'function';
      attributes['gen_ai.tool.call.id'] = work.callId;
      if (work.description !== '') attributes['gen_ai.tool.description'] = work.description;
      attributes['gen_ai.tool.call.arguments'] = work.arguments;
      if (work.result !== undefined) attributes['gen_ai.tool.call.result'] = work.result;
      return { name: `execute_tool ${work.tool}`, kind: 1 };
    case 'memory':
      attributes['gen_ai.operation.name'] = work.operation;
      attributes['gen_ai.memory.store.id'] = work.store;
      attributes['gen_ai.memory.record.id'] = work.record;
      attributes['gen_ai.memory.content'] = work.content;
      return { name: `${work.operation} ${work.store}`, kind: 3 };
    case 'retrieval':
      attributes['gen_ai.operation.name'] = 'retrieval';
      attributes['gen_ai.retrieval.query.text'] = work.query;
      attributes['gen_ai.retrieval.documents'] = JSON.stringify(work.documents);
      return { name: 'retrieval', kind: 3 };
  }
}

function writeInference(work: InferenceWork, agent: AgentProfile, attributes: Attributes): void {
  attributes['gen_ai.provider.name'] = agent.provider;
  attributes['gen_ai.request.model'] = agent.model;
  attributes['gen_ai.system_instructions'] = JSON.stringify([{ type: 'text', content: work.system }]);
  attributes['gen_ai.input.messages'] = JSON.stringify(work.input);
  attributes['gen_ai.tool.definitions'] = definitionsOf(agent);
  if (agent.answerSchema) attributes['gen_ai.output.type'] = 'json';
  if (work.compacted) attributes['gen_ai.conversation.compacted'] = true;
  if (work.output.length === 0) return;
  const output = work.output.map((message) => ({ ...message, finish_reason: work.finishReason }));
  attributes['gen_ai.output.messages'] = JSON.stringify(output);
  attributes['gen_ai.response.model'] = agent.model;
  attributes['gen_ai.response.finish_reasons'] = [work.finishReason];
  attributes['gen_ai.usage.input_tokens'] = work.inputTokens;
  attributes['gen_ai.usage.output_tokens'] = work.outputTokens;
}

const says = (role: Message['role'], content: string): Message => ({ role, parts: [{ type: 'text', content }] });

const definitions = new WeakMap<AgentProfile, string>();

/** An agent offers the same tools at every inference: they are written once. */
function definitionsOf(agent: AgentProfile): string {
  let text = definitions.get(agent);
  if (text === undefined) {
    const tools = agent.tools.map(({ name, description, parameters }) => ({
      type: 'function',
      name,
      description,
      parameters,
    }));
    text = JSON.stringify(tools);
    definitions.set(agent, text);
  }
  return text;
}

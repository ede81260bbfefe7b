import { type Attributes, newAttributes } from '@spanwise/otlp';
import type { AgentProfile } from '../plan/step.ts';
import type { InferenceWork, ToolWork } from '../render/record.ts';
import type { AgentRecord, Convention, Identity, Written } from './convention.ts';
import { type ChatMessage, chatMessage, chatMessages, setAll } from './spelt-out.ts';

/** OpenLLMetry (Traceloop): https://github.com/traceloop/openllmetry */
export const openLlmetry: Convention = {
  name: 'openllmetry',
  scope: { name: 'opentelemetry.instrumentation.langchain', version: '0.47.3' },
  fineStatus: 0,
  write(record, identity) {
    const attributes = newAttributes();
    if (identity.sessionId !== undefined) {
      attributes['traceloop.association.properties.session_id'] = identity.sessionId;
    }
    if (identity.userId !== undefined) attributes['traceloop.association.properties.user_id'] = identity.userId;
    if (identity.agent !== undefined) attributes['gen_ai.agent.name'] = identity.agent;
    return { attributes, ...describe(record, identity, attributes) };
  },
};

function describe(record: AgentRecord, identity: Identity, attributes: Attributes): Omit<Written, 'attributes'> {
  const { work, agent } = record;
  switch (work.kind) {
    case 'agent':
      attributes['traceloop.span.kind'] = 'agent';
      attributes['traceloop.entity.name'] = identity.agent ?? agent.name;
      attributes['traceloop.entity.input'] = JSON.stringify({ args: [], kwargs: { request: work.request } });
      if (work.answer !== '') attributes['traceloop.entity.output'] = JSON.stringify(work.answer);
      return { name: `${agent.name}.agent`, kind: 1 };
    case 'inference':
      attributes['llm.request.type'] = 'chat';
      writeInference(work, agent, attributes);
      return { name: 'openai.chat', kind: 3 };
    case 'tool':
      attributes['traceloop.span.kind'] = 'tool';
      attributes['traceloop.entity.name'] = work.tool;
      attributes['gen_ai.tool.name'] = work.tool;
      attributes['traceloop.entity.input'] = toolInput(record, work);
      if (work.result !== undefined) attributes['traceloop.entity.output'] = toolOutput(work, work.result);
      attributes['gen_ai.task.status'] = record.failure ? 'failure' : 'success';
      if (record.failure) attributes['error.type'] = record.failure.type;
      return { name: `${work.tool}.tool`, kind: 1 };
    case 'memory':
      attributes['traceloop.span.kind'] = 'task';
      attributes['traceloop.entity.name'] = work.operation;
      attributes['traceloop.entity.input'] = JSON.stringify({ args: [work.store, work.record], kwargs: {} });
      attributes['traceloop.entity.output'] = jsonOf(work.content);
      return { name: `${work.operation}.task`, kind: 1 };
    case 'retrieval':
      attributes['gen_ai.operation.name'] = 'retrieval';
      attributes['traceloop.entity.name'] = 'retrieve';
      attributes['traceloop.entity.input'] = JSON.stringify({ args: [], kwargs: { query: work.query } });
      attributes['traceloop.entity.output'] = JSON.stringify(work.documents);
      return { name: 'retrieve.task', kind: 1 };
  }
}

function writeInference(work: InferenceWork, agent: AgentProfile, attributes: Attributes): void {
  attributes['gen_ai.system'] = agent.provider;
  attributes['gen_ai.request.model'] = agent.model;
  if (agent.answerSchema) {
    attributes['gen_ai.request.structured_output_schema'] = JSON.stringify(agent.answerSchema);
  }
  chatMessages(work.system, work.input).forEach((message, i) => {
    writeMessage(attributes, `gen_ai.prompt.${i}.`, message);
  });
  agent.tools.forEach(({ name, description, parameters }, i) => {
    const prefix = `llm.request.functions.${i}.`;
    setAll(attributes, prefix, { name, description, parameters: JSON.stringify(parameters) });
  });
  if (work.output.length === 0) return;
  work.output.forEach((message, i) => {
    writeMessage(attributes, `gen_ai.completion.${i}.`, chatMessage(message));
    attributes[`gen_ai.completion.${i}.finish_reason`] = work.finishReason;
  });
  attributes['gen_ai.response.model'] = agent.model;
  attributes['gen_ai.usage.input_tokens'] = work.inputTokens;
  attributes['gen_ai.usage.output_tokens'] = work.outputTokens;
  attributes['llm.usage.total_tokens'] = work.inputTokens + work.outputTokens;
}

function writeMessage(attributes: Attributes, prefix: string, { role, content, toolCallId, calls }: ChatMessage): void {
  attributes[`${prefix}role`] = role;
  if (content !== '') attributes[`${prefix}content`] = content;
  if (toolCallId !== undefined) attributes[`${prefix}tool_call_id`] = toolCallId;
  calls.forEach((call, i) => {
    setAll(attributes, `${prefix}tool_calls.${i}.`, call);
  });
}

/** As LangChain's callbacks are told of a call: its number among others differs even where everything else is the same. */
function toolInput({ spanId, agent }: AgentRecord, work: ToolWork): string {
  const step = Number.parseInt(spanId.slice(-2), 16);
  const metadata = { lc_agent_name: agent.name, langgraph_step: step, langgraph_node: 'tools' };
  const kwargs = { color: 'green', name: null, tool_call_id: work.callId };
  const common = { input_str: work.arguments, tags: [`seq:step:${step}`], metadata };
  const inputs = objectIn(work.arguments);
  return JSON.stringify({ ...common, ...(inputs ? { inputs } : {}), kwargs });
}

/** A message of LangChain, serialised by its own rules. */
function toolOutput({ tool, callId }: ToolWork, content: string): string {
  const kwargs = { content, type: 'tool', name: tool, tool_call_id: callId, status: 'success' };
  const output = { lc: 1, type: 'constructor', id: ['langchain', 'schema', 'messages', 'ToolMessage'], kwargs };
  return JSON.stringify({ output, kwargs: { color: 'green', name: tool } });
}

function objectIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Results are dumped as JSON, text too. */
function jsonOf(result: string): string {
  return /^[[{]/.test(result) ? result : JSON.stringify(result);
}

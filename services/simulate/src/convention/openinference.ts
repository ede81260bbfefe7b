import { type Attributes, newAttributes } from '@spanwise/otlp';
import type { AgentProfile } from '../plan/step.ts';
import type { InferenceWork } from '../render/record.ts';
import type { AgentRecord, Convention, Written } from './convention.ts';
import { type ChatMessage, chatMessage, chatMessages, setAll } from './spelt-out.ts';

/** OpenInference, as it writes what OpenAI Agents do: calls without ids, errors without events, handoffs without what is handed over. https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md */
export const openInference: Convention = {
  name: 'openinference',
  scope: { name: 'openinference.instrumentation.openai_agents', version: '1.4.0' },
  fineStatus: 1,
  tellFailure: ({ type, message }, { work }) =>
    work.kind === 'tool'
      ? {
          message: `Error running tool (non-fatal): {'tool_name': '${work.tool}', 'error': '${type}: ${message}'}`,
          hasEvent: false,
        }
      : { message: `Error in agent run: {'error': '${type}: ${message}'}`, hasEvent: false },
  write(record, identity) {
    const attributes = newAttributes();
    if (identity.sessionId !== undefined) attributes['session.id'] = identity.sessionId;
    if (identity.userId !== undefined) attributes['user.id'] = identity.userId;
    if (identity.agent !== undefined) attributes['agent.name'] = identity.agent;
    return { attributes, ...describe(record, attributes) };
  },
};

function describe(record: AgentRecord, attributes: Attributes): Omit<Written, 'attributes'> {
  const { work, agent } = record;
  switch (work.kind) {
    case 'agent':
      attributes['openinference.span.kind'] = 'AGENT';
      attributes['input.value'] = work.request;
      if (work.answer !== '') attributes['output.value'] = work.answer;
      return { name: agent.name, kind: 1 };
    case 'inference':
      attributes['openinference.span.kind'] = 'LLM';
      writeInference(work, agent, attributes);
      return { name: 'ChatCompletion', kind: 1 };
    case 'tool':
      attributes['openinference.span.kind'] = 'TOOL';
      if (record.step?.kind === 'tool' && record.step.handoffTo !== undefined) {
        attributes['input.value'] = agent.name;
        attributes['output.value'] = record.step.handoffTo;
        return { name: `handoff to ${record.step.handoffTo}`, kind: 1 };
      }
      attributes['tool.name'] = work.tool;
      if (work.description !== '') attributes['tool.description'] = work.description;
      writeValue(attributes, 'input', work.arguments);
      if (work.result !== undefined) writeValue(attributes, 'output', work.result);
      return { name: work.tool, kind: 1 };
    case 'memory':
      attributes['openinference.span.kind'] = 'CHAIN';
      writeValue(attributes, 'input', JSON.stringify({ store: work.store, record: work.record }));
      writeValue(attributes, 'output', work.content);
      return { name: work.operation, kind: 1 };
    case 'retrieval':
      attributes['openinference.span.kind'] = 'RETRIEVER';
      attributes['input.value'] = work.query;
      work.documents.forEach(({ id, content, score }, i) => {
        const prefix = `retrieval.documents.${i}.document.`;
        setAll(attributes, prefix, { id, content });
        attributes[`${prefix}score`] = score;
      });
      return { name: 'retrieve', kind: 1 };
  }
}

function writeInference(work: InferenceWork, agent: AgentProfile, attributes: Attributes): void {
  attributes['llm.model_name'] = agent.model;
  attributes['llm.provider'] = agent.provider;
  const format = agent.answerSchema && {
    response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: agent.answerSchema } },
  };
  attributes['llm.invocation_parameters'] = JSON.stringify({ temperature: 0, ...format });
  chatMessages(work.system, work.input).forEach((message, i) => {
    writeMessage(attributes, `llm.input_messages.${i}.message.`, message);
  });
  agent.tools.forEach(({ name, description, parameters }, i) => {
    const definition = { type: 'function', function: { name, description, parameters } };
    attributes[`llm.tools.${i}.tool.json_schema`] = JSON.stringify(definition);
  });
  if (work.output.length === 0) return;
  work.output.forEach((message, i) => {
    writeMessage(attributes, `llm.output_messages.${i}.message.`, chatMessage(message));
  });
  attributes['llm.finish_reason'] = work.finishReason;
  attributes['llm.token_count.prompt'] = work.inputTokens;
  attributes['llm.token_count.completion'] = work.outputTokens;
  attributes['llm.token_count.total'] = work.inputTokens + work.outputTokens;
}

function writeMessage(attributes: Attributes, prefix: string, { role, content, toolCallId, calls }: ChatMessage): void {
  attributes[`${prefix}role`] = role;
  if (content !== '') attributes[`${prefix}content`] = content;
  if (toolCallId !== undefined) attributes[`${prefix}tool_call_id`] = toolCallId;
  calls.forEach(({ id, name, arguments: given }, i) => {
    const call = `${prefix}tool_calls.${i}.tool_call.`;
    setAll(attributes, call, { id, 'function.name': name, 'function.arguments': given });
  });
}

function writeValue(attributes: Attributes, side: 'input' | 'output', value: string): void {
  attributes[`${side}.value`] = value;
  if (/^[[{]/.test(value)) attributes[`${side}.mime_type`] = 'application/json';
}

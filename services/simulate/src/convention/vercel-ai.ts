import { type Attributes, newAttributes } from '@spanwise/otlp';
import type { AgentProfile } from '../plan/step.ts';
import { asText, type InferenceWork, type Message } from '../render/record.ts';
import type { AgentRecord, Convention, Identity, Written } from './convention.ts';

/** Vercel AI SDK before version 7: https://ai-sdk.dev/docs/ai-sdk-core/telemetry. Version 7 writes OpenTelemetry's names. */
export const vercelAi: Convention = {
  name: 'vercel-ai',
  scope: { name: 'ai', version: '6.0.14' },
  fineStatus: 0,
  write(record, identity) {
    const attributes = newAttributes();
    if (identity.sessionId !== undefined) attributes['ai.telemetry.metadata.sessionId'] = identity.sessionId;
    if (identity.userId !== undefined) attributes['ai.telemetry.metadata.userId'] = identity.userId;
    if (identity.agent !== undefined) attributes['ai.telemetry.functionId'] = identity.agent;
    return { attributes, ...describe(record, identity, attributes) };
  },
};

function describe(record: AgentRecord, identity: Identity, attributes: Attributes): Omit<Written, 'attributes'> {
  const { work, agent } = record;
  const operation = (id: string) => {
    attributes['ai.operationId'] = id;
    attributes['operation.name'] = identity.agent === undefined ? id : `${id} ${identity.agent}`;
  };
  switch (work.kind) {
    case 'agent':
      operation('ai.generateText');
      attributes['ai.model.id'] = agent.model;
      attributes['ai.model.provider'] = agent.provider;
      attributes['ai.prompt'] = JSON.stringify({ messages: [{ role: 'user', content: work.request }] });
      if (work.answer !== '') attributes['ai.response.text'] = work.answer;
      // repeated: the sum of the inferences below
      attributes['ai.usage.promptTokens'] = work.inputTokens;
      attributes['ai.usage.completionTokens'] = work.outputTokens;
      return { name: 'ai.generateText', kind: 1 };
    case 'inference':
      operation('ai.generateText.doGenerate');
      writeInference(work, agent, attributes);
      return { name: 'ai.generateText.doGenerate', kind: 1 };
    case 'tool':
      operation('ai.toolCall');
      attributes['ai.toolCall.name'] = work.tool;
      attributes['ai.toolCall.id'] = work.callId;
      attributes['ai.toolCall.args'] = work.arguments;
      if (work.result !== undefined) attributes['ai.toolCall.result'] = work.result;
      return { name: 'ai.toolCall', kind: 1 };
    case 'retrieval':
      operation('ai.retrieve');
      attributes['gen_ai.operation.name'] = 'retrieval';
      attributes['gen_ai.retrieval.query.text'] = work.query;
      attributes['gen_ai.retrieval.documents'] = JSON.stringify(work.documents);
      return { name: 'retrieve', kind: 1 };
    case 'memory':
      attributes['gen_ai.operation.name'] = work.operation;
      attributes['gen_ai.memory.store.id'] = work.store;
      attributes['gen_ai.memory.record.id'] = work.record;
      attributes['gen_ai.memory.content'] = work.content;
      return { name: work.operation, kind: 1 };
  }
}

function writeInference(work: InferenceWork, agent: AgentProfile, attributes: Attributes): void {
  attributes['ai.model.id'] = agent.model;
  attributes['ai.model.provider'] = agent.provider;
  attributes['gen_ai.system'] = agent.provider;
  attributes['gen_ai.request.model'] = agent.model;
  const system = work.system === '' ? [] : [{ role: 'system', content: work.system }];
  attributes['ai.prompt.messages'] = JSON.stringify([...system, ...work.input.map(modelMessage)]);
  attributes['ai.prompt.tools'] = definitionsOf(agent);
  if (agent.answerSchema) {
    attributes['ai.schema'] = JSON.stringify(agent.answerSchema);
    attributes['gen_ai.output.type'] = 'json';
  }
  if (work.output.length === 0) return;
  const parts = work.output.flatMap((message) => message.parts);
  const text = parts.flatMap((part) => (part.type === 'text' ? [part.content] : [])).join('\n');
  const calls = parts.flatMap((part) =>
    part.type === 'tool_call'
      ? [{ toolCallType: 'function', toolCallId: part.id, toolName: part.name, args: asText(part.arguments) }]
      : [],
  );
  if (text !== '') attributes['ai.response.text'] = text;
  if (calls.length > 0) attributes['ai.response.toolCalls'] = JSON.stringify(calls);
  attributes['ai.response.finishReason'] = work.finishReason.replace('_', '-');
  attributes['ai.response.model'] = agent.model;
  attributes['ai.usage.promptTokens'] = work.inputTokens;
  attributes['ai.usage.completionTokens'] = work.outputTokens;
}

function modelMessage({ role, parts }: Message) {
  const content = parts.map((part) => {
    if (part.type === 'text') return { type: 'text', text: part.content };
    if (part.type === 'tool_call')
      return { type: 'tool-call', toolCallId: part.id, toolName: part.name, input: part.arguments };
    return { type: 'tool-result', toolCallId: part.id, output: outputOf(part.response) };
  });
  return { role, content };
}

const outputOf = (response: unknown) =>
  typeof response === 'string' ? { type: 'text', value: response } : { type: 'json', value: response };

const definitions = new WeakMap<AgentProfile, string[]>();

/** An agent offers the same tools at every inference: they are written once. */
function definitionsOf(agent: AgentProfile): string[] {
  let texts = definitions.get(agent);
  if (texts === undefined) {
    texts = agent.tools.map(({ name, description, parameters }) =>
      JSON.stringify({ type: 'function', name, description, inputSchema: parameters }),
    );
    definitions.set(agent, texts);
  }
  return [...texts];
}

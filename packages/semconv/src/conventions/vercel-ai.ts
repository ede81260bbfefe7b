import type { Convention } from '../concept.ts';

const context = 'ai.settings.context.';
const metadata = 'ai.telemetry.metadata.';

/** Vercel AI SDK: version 7 emits OpenTelemetry's names and keeps some of its own, earlier versions have only their own. */
export const vercelAi: Convention = {
  name: 'vercel-ai',
  attributes: {
    kind: ['ai.operationId', 'operation.name'],
    conversationId: [
      `${context}conversationId`,
      `${context}sessionId`,
      `${context}session_id`,
      `${context}threadId`,
      `${metadata}sessionId`,
      `${metadata}session_id`,
      `${metadata}conversationId`,
      `${metadata}threadId`,
    ],
    agent: ['ai.telemetry.functionId'],
    userId: [`${context}userId`, `${metadata}userId`],
    tool: ['ai.toolCall.name'],
    toolCallId: ['ai.toolCall.id'],
    toolArguments: ['ai.toolCall.args', 'ai.toolCall.input'],
    toolResult: ['ai.toolCall.result', 'ai.toolCall.output'],
    model: ['ai.response.model', 'ai.model.id'],
    provider: ['ai.model.provider'],
    inputTokens: ['ai.usage.inputTokens', 'ai.usage.promptTokens'],
    outputTokens: ['ai.usage.outputTokens', 'ai.usage.completionTokens'],
    cacheReadTokens: ['ai.usage.cachedInputTokens'],
    finishReason: ['ai.response.finishReason'],
    inputMessages: ['ai.prompt.messages', 'ai.prompt'],
    outputText: ['ai.response.text', 'ai.response.object'],
    outputToolCalls: ['ai.response.toolCalls'],
    toolDefinitions: ['ai.prompt.tools'],
  },
};

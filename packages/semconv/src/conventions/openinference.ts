import type { Convention } from '../concept.ts';

/** OpenInference (Arize): messages, tools and documents are spelt out in indexed attributes. */
export const openInference: Convention = {
  name: 'openinference',
  attributes: {
    kind: ['openinference.span.kind'],
    agent: ['agent.name'],
    graphNode: ['graph.node.name', 'graph.node.id'],
    graphNodeParent: ['graph.node.parent_id'],
    tool: ['tool.name', 'tool_call.function.name'],
    toolCallId: ['tool.id', 'tool_call.id', 'message.tool_call_id'],
    // By the convention the tool's schema; some write the call's arguments
    toolParameters: ['tool.parameters'],
    toolArguments: ['tool_call.function.arguments'],
    input: ['input.value'],
    inputMime: ['input.mime_type'],
    output: ['output.value'],
    outputMime: ['output.mime_type'],
    model: ['llm.response.model_name', 'llm.model_name', 'embedding.model_name', 'reranker.model_name'],
    provider: ['llm.provider', 'llm.system'],
    inputTokens: ['llm.token_count.prompt'],
    outputTokens: ['llm.token_count.completion'],
    cacheReadTokens: ['llm.token_count.prompt_details.cache_read'],
    cacheWriteTokens: ['llm.token_count.prompt_details.cache_write'],
    cost: ['llm.cost.total'],
    finishReason: ['llm.finish_reason'],
    invocationParameters: ['llm.invocation_parameters'],
    metadata: ['metadata'],
  },
  indexed: {
    inputMessages: ['llm.input_messages.'],
    outputMessages: ['llm.output_messages.'],
    toolDefinitions: ['llm.tools.'],
    documents: ['retrieval.documents.', 'reranker.output_documents.'],
  },
};

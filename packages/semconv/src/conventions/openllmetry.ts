import type { Convention } from '../concept.ts';

const property = 'traceloop.association.properties.';

/** OpenLLMetry (Traceloop); its newer instrumentations emit OpenTelemetry's names besides. */
export const openLlmetry: Convention = {
  name: 'openllmetry',
  attributes: {
    kind: ['traceloop.span.kind', 'llm.request.type'],
    conversationId: [`${property}session_id`, `${property}thread_id`, `${property}conversation_id`],
    agent: [`${property}lc_agent_name`],
    entityName: ['traceloop.entity.name'],
    workflow: ['traceloop.workflow.name'],
    release: ['traceloop.entity.version'],
    userId: [`${property}user_id`],
    toolCallId: ['mcp.request.id'],
    toolArguments: ['mcp.request.argument'],
    toolResult: ['mcp.response.value'],
    input: ['traceloop.entity.input', 'gen_ai.task.input'],
    output: ['traceloop.entity.output', 'gen_ai.task.output'],
    model: [`${property}ls_model_name`],
    provider: [`${property}ls_provider`],
    finishReason: ['llm.response.finish_reason', 'llm.response.stop_reason'],
    state: ['gen_ai.task.status'],
    handoffFrom: ['gen_ai.handoff.from_agent', 'gen_ai.agent.handoff_parent'],
    handoffTo: ['gen_ai.handoff.to_agent'],
    // `langgraph.command.source_node` is the node `tools`, never an agent
    goto: ['langgraph.command.goto_node'],
  },
  indexed: {
    inputMessages: ['gen_ai.prompt.', 'llm.prompts.'],
    outputMessages: ['gen_ai.completion.', 'llm.completions.'],
    toolDefinitions: ['llm.request.functions.'],
  },
};

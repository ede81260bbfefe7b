import type { Convention } from '../concept.ts';

/** Products and frameworks with a few names of their own, most beside one of the large conventions. */
export const others: readonly Convention[] = [
  {
    name: 'langfuse',
    attributes: {
      kind: ['langfuse.observation.type'],
      conversationId: ['langfuse.session.id'],
      release: ['langfuse.release', 'langfuse.version'],
      environment: ['langfuse.environment'],
      userId: ['langfuse.user.id'],
      input: ['langfuse.observation.input'],
      output: ['langfuse.observation.output'],
      model: ['langfuse.observation.model.name', 'langfuse.observation.model'],
      usageDetails: ['langfuse.observation.usage_details'],
      costDetails: ['langfuse.observation.cost_details'],
      state: ['langfuse.observation.level'],
      errorMessage: ['langfuse.observation.status_message'],
    },
  },
  {
    name: 'laminar',
    attributes: {
      kind: ['lmnr.span.type'],
      conversationId: ['lmnr.association.properties.session_id'],
      userId: ['lmnr.association.properties.user_id'],
      input: ['lmnr.span.input'],
      output: ['lmnr.span.output'],
    },
  },
  {
    name: 'langsmith',
    attributes: {
      kind: ['langsmith.span.kind'],
      conversationId: ['langsmith.metadata.session_id', 'langsmith.metadata.thread_id'],
      agent: ['langsmith.metadata.lc_agent_name'],
      provider: ['langsmith.metadata.ls_provider'],
      model: ['langsmith.metadata.ls_model_name'],
    },
  },
  {
    name: 'agentops',
    attributes: {
      kind: ['agentops.span.kind'],
      entityName: ['agentops.entity.name'],
      input: ['agentops.entity.input', 'agentops.task.input', 'agentops.agent.input'],
      output: ['agentops.entity.output', 'agentops.task.output', 'agentops.agent.output'],
      toolResult: ['tool.result'],
      toolArguments: ['tool.arguments'],
    },
  },
  {
    name: 'google-adk',
    attributes: {
      conversationId: ['gcp.vertex.agent.session_id'],
      toolArguments: ['gcp.vertex.agent.tool_call_args'],
      toolResult: ['gcp.vertex.agent.tool_response'],
      inputMessages: ['gcp.vertex.agent.llm_request'],
      outputMessages: ['gcp.vertex.agent.llm_response'],
    },
  },
  {
    name: 'pydantic-ai',
    attributes: {
      inputMessages: ['pydantic_ai.all_messages', 'all_messages_events'],
      invocationParameters: ['model_request_parameters'],
      retryAttempt: ['pydantic_ai.tool.retry.attempt'],
    },
  },
  {
    name: 'strands',
    attributes: { state: ['gen_ai.tool.status'] },
  },
  {
    name: 'crewai',
    attributes: {
      agent: ['crewai.agent.role'],
      tool: ['crewai.tool.name'],
      toolArguments: ['crewai.tool.arguments', 'crewai.tool.args'],
      toolResult: ['crewai.tool.result'],
    },
  },
  {
    name: 'autogen',
    attributes: {
      kind: ['ag2.span.type'],
      handoffFrom: ['gen_ai.agent.sender'],
      handoffTo: ['gen_ai.agent.recipient'],
    },
  },
  {
    name: 'mastra',
    attributes: {
      kind: ['mastra.span.type'],
      conversationId: ['mastra.metadata.threadId', 'mastra.metadata.sessionId'],
      agent: ['mastra.agent_name'],
      input: ['mastra.agent_run.input', 'mastra.model_generation.input'],
      output: ['mastra.agent_run.output', 'mastra.model_generation.output'],
      toolArguments: ['mastra.tool_call.input', 'mastra.mcp_tool_call.input'],
      toolResult: ['mastra.tool_call.output', 'mastra.mcp_tool_call.output'],
    },
  },
  {
    name: 'haystack',
    attributes: {
      entityName: ['haystack.component.name'],
      componentType: ['haystack.component.type'],
      input: [
        'haystack.component.input',
        'haystack.agent.input',
        'haystack.agent.step.llm.input',
        'haystack.pipeline.input_data',
      ],
      output: [
        'haystack.component.output',
        'haystack.agent.output',
        'haystack.agent.step.llm.output',
        'haystack.pipeline.output_data',
      ],
      tool: ['haystack.tool.name'],
      toolArguments: ['haystack.agent.step.tool.input', 'haystack.tool.arguments'],
      toolResult: ['haystack.agent.step.tool.output', 'haystack.tool.result'],
    },
  },
  {
    name: 'semantic-kernel',
    attributes: { toolDefinitions: ['sk.available_functions'] },
  },
  {
    name: 'genkit',
    attributes: {
      kind: ['genkit:metadata:subtype', 'genkit:type'],
      input: ['genkit:input'],
      output: ['genkit:output'],
      state: ['genkit:state'],
    },
  },
  {
    name: 'openlit',
    attributes: { toolDefinitions: ['gen_ai.request.tools'] },
  },
  {
    name: 'alibaba',
    attributes: {
      kind: ['gen_ai.span.kind'],
      conversationId: ['gen_ai.session.id'],
      userId: ['gen_ai.user.id'],
      input: ['gen_ai.entity.input'],
      output: ['gen_ai.entity.output'],
    },
  },
  {
    name: 'openai-agents',
    attributes: { kind: ['agent.span.type'] },
  },
  {
    name: 'mcp',
    attributes: {
      // `mcp.session.id` is a connection, never a conversation
      mcpMethod: ['mcp.method.name'],
      toolCallId: ['jsonrpc.request.id'],
      tool: ['mcp.tool.name'],
    },
  },
  {
    name: 'a2a',
    attributes: { kind: ['a2a.method.name'], state: ['a2a.task.state'] },
  },
  {
    name: 'coding-agent',
    attributes: { conversationId: ['coding_agent.session.id', 'workflow.session_id'] },
  },
];

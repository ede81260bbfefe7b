import type { SpanKind } from '@spanwise/schemas';

/** What a statement about a span's kind means to us. */
export interface KindHint {
  kind: SpanKind;
  /** The statement as sent, in lower case */
  word: string;
  /** Attribute it stood in */
  attribute: string;
  /** The kind says all that the statement said, so that the attribute need not be kept */
  exact: boolean;
}

/** Words that say exactly what our kind says; the attribute is represented by `Span.kind`. */
const exactWords: Partial<Record<SpanKind, readonly string[]>> = {
  llm: ['chat', 'llm', 'generation'],
  agent: ['invoke_agent', 'agent', 'agent_run'],
  tool: ['execute_tool', 'tool', 'tool_call', 'ai.toolcall'],
  retrieval: ['retriever', 'retrieval'],
  handoff: ['handoff'],
  guardrail: ['guardrail'],
  evaluator: ['evaluator'],
};

/**
 * Words that are one of several meanings of a kind; the attribute is kept. Embedding and reranking are retrieval: they
 * prepare or order what is looked up, and no agent decides by them. `create_agent` builds an agent at start-up and runs
 * none; Traceloop's `execute_task` is a graph node; outer calls of the Vercel SDK are the agent's loop around
 * inferences.
 */
const words: Record<SpanKind, readonly string[]> = {
  llm: [
    'generate_content',
    'text_completion',
    'completion',
    'responses',
    'response',
    'inference',
    'model_generation',
    'call_llm',
    'chat_model',
    'chat.completions',
    'chat.streaming_completions',
    'text.completions',
    'text.streaming_completions',
    'acompletion',
    'ai.generatetext.dogenerate',
    'ai.streamtext.dostream',
    'ai.generateobject.dogenerate',
    'ai.streamobject.dostream',
  ],
  agent: [
    'run_agent',
    'ai.generatetext',
    'ai.streamtext',
    'message/send',
    'message/stream',
    'sendmessage',
    'sendstreamingmessage',
    'tasks/send',
  ],
  tool: ['function', 'mcp_tool_call', 'tool_execution', 'tools/call'],
  retrieval: [
    'embeddings',
    'embedding',
    'embed',
    'embedder',
    'retrieve',
    'rerank',
    'reranker',
    'vector_search',
    'indexer',
    'ai.embed.doembed',
    'ai.embedmany.doembed',
    'ai.rerank.dorerank',
  ],
  memory: [
    'search_memory',
    'create_memory',
    'update_memory',
    'upsert_memory',
    'delete_memory',
    'create_memory_store',
    'delete_memory_store',
    'memory',
  ],
  handoff: ['agent_handoff', 'transfer'],
  guardrail: ['guardrails', 'apply_guardrail'],
  evaluator: ['evaluation', 'evaluate', 'eval', 'scorer_run', 'human_evaluator'],
  step: [
    'create_agent',
    'invoke_workflow',
    'workflow',
    'task',
    'execute_task',
    'chain',
    'agent_step',
    'step',
    'plan',
    'goto',
    'prompt',
    'conversation',
    'graph',
    'pipeline',
    'session',
    'event',
    'flow',
    'flowstep',
    'fetch_response',
    'execute_event_loop_cycle',
    'workflow_run',
    'workflow_step',
    'model_step',
    'model_chunk',
    'model_inference',
    'processor_run',
    'ai.embed',
    'ai.embedmany',
    'ai.rerank',
    'ai.generateobject',
    'ai.streamobject',
    'initialize',
    'ping',
    'tools/list',
    'resources/list',
    'resources/read',
    'prompts/list',
    'prompts/get',
  ],
};

const known = new Map<string, { kind: SpanKind; exact: boolean }>();
for (const [kind, list] of Object.entries(words)) {
  for (const word of list) known.set(word, { kind: kind as SpanKind, exact: false });
}
for (const [kind, list] of Object.entries(exactWords)) {
  for (const word of list) known.set(word, { kind: kind as SpanKind, exact: true });
}

const hints = new Map<string, Map<string, KindHint>>();

/**
 * Reads a statement such as `execute_tool` or `LLM`; undefined for words nobody knows and for those that say nothing
 * (`span`, `default`, `unknown`). The Vercel SDK appends a function's id to `operation.name`: only the first word counts.
 */
export function kindHint(statement: string, attribute: string): KindHint | undefined {
  let ofAttribute = hints.get(attribute);
  if (!ofAttribute) {
    ofAttribute = new Map();
    hints.set(attribute, ofAttribute);
  }
  const read = ofAttribute.get(statement);
  if (read) return read;
  const space = statement.indexOf(' ');
  const word = (space < 0 ? statement : statement.slice(0, space)).toLowerCase();
  const meaning = known.get(word);
  if (!meaning) return undefined;
  const hint = { kind: meaning.kind, word, attribute, exact: meaning.exact && space < 0 };
  // What is remembered is bounded: statements with an id in them are not
  if (space < 0 && statement.length < 64) ofAttribute.set(statement, hint);
  return hint;
}

import type { OtlpSpan } from '@spanwise/otlp';
import type { SpanKind } from '@spanwise/schemas';
import { Concept } from './concept.ts';
import { isHandoffSpanName } from './handoff.ts';
import { handoffTool } from './handoff-tool.ts';
import type { Values } from './values.ts';

export interface Classified {
  kind: SpanKind;
  /** Usage counts here: an inference of a language or embedding model, not a parent that repeats it */
  isInference: boolean;
}

const OTEL_SERVER = 2;

/** Tools by whose call an agent states its answer; nothing is executed. */
const ANSWER_TOOLS = new Set(['final_answer', 'final_result', 'FinalAnswerTool']);
const EMBEDDING = /^embed|^ai\.embed/;

/**
 * What the span does for the agent. Statements count in the conventions' order of precedence; without one the shape of
 * the span decides, and last the prefix of its name. Everything without a meaning for an agent (HTTP clients, databases,
 * graph nodes) is a step.
 */
export function classify(span: OtlpSpan, values: Values, scopeName: string, scopeVersion: string): Classified {
  const hint = values.kind;
  const tool = values.peekText(Concept.tool);
  let kind = hint?.kind ?? kindOfShape(span, values, tool);
  // OpenInference calls every span an agent whose name contains the word; a span with a tool's name is a tool call
  if (tool !== '' && hint?.attribute === 'openinference.span.kind' && (kind === 'agent' || kind === 'step'))
    kind = 'tool';
  if (values.has(Concept.mcpMethod)) kind = kindOfMcp(span, values, kind);
  if (hint?.attribute === 'a2a.method.name' && span.kind === OTEL_SERVER) kind = 'step';
  if (kind === 'llm' && isAdkOuterCall(span, scopeName, scopeVersion)) kind = 'step';
  if (kind === 'tool') kind = kindOfTool(span.name, tool);
  return { kind, isInference: kind === 'llm' || (kind === 'retrieval' && EMBEDDING.test(hint?.word ?? '')) };
}

function kindOfTool(spanName: string, tool: string): SpanKind {
  if (ANSWER_TOOLS.has(tool) || ANSWER_TOOLS.has(spanName)) return 'step';
  if (tool === '' && isHandoffSpanName(spanName)) return 'handoff';
  return handoffTool(tool === '' ? toolNameOf(spanName) : tool) ? 'handoff' : 'tool';
}

/** A span without a statement that is understood. */
function kindOfShape(span: OtlpSpan, values: Values, tool: string): SpanKind {
  if (tool !== '' || values.has(Concept.toolArguments)) return 'tool';
  if (values.has(Concept.memoryStore) || values.has(Concept.memoryRecord)) return 'memory';
  if (values.has(Concept.handoffTo) && values.has(Concept.handoffFrom)) return 'handoff';
  if (values.hasIndexed(Concept.documents) || values.has(Concept.documents)) return 'retrieval';
  const speaks = values.has(Concept.outputMessages) || values.hasIndexed(Concept.outputMessages);
  const counts = values.has(Concept.inputTokens) || values.has(Concept.outputTokens);
  if (values.has(Concept.model) && (speaks || counts)) return values.has(Concept.agent) && !counts ? 'agent' : 'llm';
  return kindOfComponent(values) ?? kindOfName(span.name, values);
}

const COMPONENTS: readonly [type: RegExp, kind: SpanKind][] = [
  [/Generator$/, 'llm'],
  [/(?:Retriever|Embedder|Ranker)$/, 'retrieval'],
  [/(?:^|\.)Agent$/, 'agent'],
  [/Evaluator$/, 'evaluator'],
];

/** A pipeline's component by the name of its class (Haystack). */
function kindOfComponent(values: Values): SpanKind | undefined {
  const type = values.peekText(Concept.componentType);
  return type === '' ? undefined : COMPONENTS.find(([pattern]) => pattern.test(type))?.[1];
}

const NAME_PREFIXES: readonly [prefix: string, kind: SpanKind][] = [
  ['invoke_agent ', 'agent'],
  ['execute_tool ', 'tool'],
  ['running tool', 'tool'],
  ['tools/call ', 'tool'],
  ['haystack.agent.run', 'agent'],
  ['haystack.agent.step.llm', 'llm'],
  ['haystack.agent.step.tool', 'tool'],
  ['Tool: ', 'tool'],
];

/** Ordinary services have spans called `chat …` as well: a model's span needs a model. */
function kindOfName(name: string, values: Values): SpanKind {
  if (isHandoffSpanName(name)) return 'handoff';
  for (const [prefix, kind] of NAME_PREFIXES) if (name.startsWith(prefix)) return kind;
  const isCall = name.startsWith('chat ') || name === 'call_llm' || name.startsWith('generate_content');
  return isCall && values.has(Concept.model) ? 'llm' : 'step';
}

/**
 * An MCP client span repeats the `execute_tool` span round it, and a server's the client's. What can be told from the
 * span itself: the server's side with a parent, and a client's that carries neither arguments nor result nor the
 * model's call id, are repetitions. A repetition with content stays a tool call; its parent shows what it is.
 */
function kindOfMcp(span: OtlpSpan, values: Values, kind: SpanKind): SpanKind {
  if (values.peekText(Concept.mcpMethod) !== 'tools/call') return 'step';
  if (kind !== 'tool' && kind !== 'step') return kind;
  if (span.parentSpanId === '') return 'tool';
  if (span.kind === OTEL_SERVER) return 'step';
  const judgeable =
    values.has(Concept.toolCallId) ||
    values.has(Concept.toolArguments) ||
    values.has(Concept.toolResult) ||
    values.has(Concept.input);
  return judgeable ? 'tool' : 'step';
}

// Since it names its tracer's version, Google's ADK puts a `generate_content` span inside `call_llm`: one inference
function isAdkOuterCall(span: OtlpSpan, scopeName: string, scopeVersion: string): boolean {
  return span.name === 'call_llm' && scopeName === 'gcp.vertex.agent' && scopeVersion !== '';
}

const TOOL_NAME = /^(?:execute_tool|running tool:?|tools\/call|tool:?)\s+(.+)$/;

/** A tool's name from its span's name: `execute_tool get_order`, `get_order.tool`, `get_order`. */
export function toolNameOf(spanName: string): string {
  const name = TOOL_NAME.exec(spanName)?.[1] ?? spanName;
  return name.endsWith('.tool') ? name.slice(0, -'.tool'.length) : name;
}

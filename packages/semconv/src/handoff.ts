import type { Span } from '@spanwise/schemas';
import { agentKey } from './agent-name.ts';
import { type Cuts, caps } from './caps.ts';
import { Concept } from './concept.ts';
import { handoffTool } from './handoff-tool.ts';
import { isObject, parseJson } from './json.ts';
import type { ToolCall } from './tool-call.ts';
import type { Values } from './values.ts';

export interface Handoff extends Pick<Span, 'handoffFrom' | 'handoffTo'> {
  /** Input and output were the two names and nothing else: there is no payload to judge */
  named: boolean;
}

const TARGETS = ['agent_name', 'agentName', 'agent', 'target_agent', 'target', 'coworker', 'to_agent', 'recipient'];
/** `handoff to X`, `Handoff: A -> B`. */
const SPAN_NAME = /^hand-?off(?:\s+to\s+|:\s*)(?:(.+?)\s*(?:->|→)\s*)?(.+)$/i;

export function isHandoffSpanName(name: string): boolean {
  return (name.charCodeAt(0) | 0x20) === 0x68 && SPAN_NAME.test(name);
}

/**
 * Who handed over to whom, as agent keys (see `agentKey`), from what stands on the span: explicit attributes; for a
 * handover tool its name, its arguments (ADK's `transfer_to_agent`) or the command in its result (LangGraph); for a
 * handover span its name, input and output (OpenAI Agents). A LangGraph `goto` names a node, which may be an agent, and
 * an agent span may name the node before it: both are evidence for whoever resolves the run.
 */
export function handoff(
  span: Pick<Span, 'name' | 'kind' | 'tool' | 'agent'>,
  values: Values,
  call: ToolCall,
  cuts: Cuts,
): Handoff {
  let from = values.takeText(Concept.handoffFrom);
  let to = values.takeText(Concept.handoffTo) || values.takeText(Concept.goto);
  let named = false;
  if (span.kind === 'handoff' && span.tool !== '') {
    to ||= call.goto || targetOf(span.tool, call);
    from ||= span.agent;
  } else if (span.kind === 'handoff') {
    const inName = SPAN_NAME.exec(span.name);
    const output = bareName(call.toolResult);
    const input = bareName(call.toolArguments);
    named = output !== '' || input !== '';
    to ||= output || (inName?.[2] ?? '');
    from ||= inName?.[1] ?? (input || span.agent);
  } else if (span.kind === 'agent') {
    from ||= values.takeText(Concept.graphNodeParent);
  }
  return { handoffFrom: key('handoffFrom', from, cuts), handoffTo: key('handoffTo', to, cuts), named };
}

function key(field: string, name: string, cuts: Cuts): string {
  return name === '' ? '' : cuts.text(field, agentKey(name), caps.name);
}

function targetOf(tool: string, call: ToolCall): string {
  const named = handoffTool(tool);
  if (named && named.target !== '') return named.target;
  const values = parseJson(call.toolArguments);
  if (!isObject(values)) return '';
  for (const key of TARGETS) if (typeof values[key] === 'string') return values[key];
  return '';
}

// A span `handoff to X` has the two names as its input and output
function bareName(payload: string): string {
  if (payload === '' || payload.length > caps.name + 2) return '';
  const value = parseJson(payload) ?? payload;
  return typeof value === 'string' ? value : '';
}

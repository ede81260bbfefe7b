/** What the recorded agents did, the same in every framework, and what Spanwise has to say about it. */
import { expect } from 'vitest';

export interface StoredSpan {
  trace_id: string;
  span_id: string;
  session_id: string;
  name: string;
  kind: string;
  agent: string;
  tool: string;
  tool_arguments: string;
  tool_result: string;
  failed: boolean;
  handoff_to: string;
}
export interface StoredFinding {
  trace_id: string;
  pattern: string;
  severity: string;
  span_id: string;
  root_cause_span_id: string;
}

/** Agents' names as one framework or another spells them. */
export const plain = (agent: string) => agent.replaceAll('-', '_');

/** One tool with one argument may come without that argument's name. */
export function asCall({ agent, tool, tool_arguments: args, tool_result: result, failed }: StoredSpan) {
  const given = JSON.parse(args);
  return {
    agent: plain(agent),
    tool,
    values: typeof given === 'object' ? Object.values(given) : [given],
    result: result.startsWith('{') ? JSON.parse(result) : result,
    failed,
  };
}

// What the recorded agents did, the same in every framework.
const getOrder = { agent: 'support_agent', tool: 'get_order', values: ['A-1042'] };
const found = { ...getOrder, result: { order_id: 'A-1042', status: 'delivered' }, failed: false };
const processing = { ...getOrder, result: { order_id: 'A-1042', status: 'processing' }, failed: false };
const timedOut = { ...getOrder, failed: true };
const policy = {
  agent: 'support_agent',
  tool: 'get_refund_policy',
  values: ['SKU-9'],
  result: { refundable: true, window_days: 30 },
};
const refund = (agent: string, ...why: string[]) => ({
  agent,
  tool: 'issue_refund',
  values: [59.9, 'A-1042', ...why],
});
const refunded = { success: true, order_id: 'A-1042' };

export const stories: Record<string, object[]> = {
  normal: [found, policy],
  streaming: [found, policy],
  conversation: [found, policy],
  conversation_enrich: [found, policy],
  conversation_using_session: [found, policy],
  tool_error_retry: [timedOut, found],
  tool_error_unhandled: [timedOut],
  masked_error: [found, { ...refund('support_agent', 'damaged'), result: { success: false } }],
  loop: Array(5).fill(processing),
  handoff_ok: [{ ...refund('refunds_agent', 'damaged'), result: refunded }],
  handoff_missing: [{ ...refund('refunds_agent'), result: refunded }],
  agent_as_tool: [
    { agent: 'support_agent', tool: 'ask_refunds', failed: false },
    { ...refund('refunds_agent', 'damaged'), result: refunded },
  ],
  model_error: [],
};

/** In one handoff nothing shows that a field is missing: `handoff_missing` is neither here nor among the failures. */
export const clean = new Set([
  'normal',
  'streaming',
  'conversation',
  'conversation_enrich',
  'conversation_using_session',
  'handoff_ok',
  'agent_as_tool',
]);

export interface Failure {
  finding: Partial<StoredFinding>;
  verdict: string;
}

/** Where each failure is, as a rule over the stored spans. */
export const failures: Record<string, (spans: StoredSpan[], calls: StoredSpan[]) => Failure> = {
  // An instrumentation that itself marks the refusal as an error does not mask it.
  masked_error: (_, calls) => {
    const refused = calls.find(({ tool_result: result }) => /"success": ?false/.test(result));
    const pattern = refused?.failed ? 'unresolved_error' : 'masked_tool_error';
    return { finding: { pattern, severity: 'high', ...at(refused) }, verdict: 'suspect' };
  },
  // Asking again for what is in progress is a loop at the fifth call, and it began when the model asked for the second.
  loop: (spans, calls) => {
    const asked = spans.slice(0, spans.indexOf(calls[1] as StoredSpan)).findLast(({ kind }) => kind === 'llm');
    return {
      finding: { pattern: 'no_progress_loop', severity: 'medium', ...at(calls[4], asked) },
      verdict: 'suspect',
    };
  },
  tool_error_retry: (_, calls) => ({
    finding: { pattern: 'recovery', severity: 'info', ...at(calls[0]) },
    verdict: 'correct',
  }),
  tool_error_unhandled: (_, calls) => ({
    finding: { pattern: 'unresolved_error', severity: 'high', ...at(calls[0]) },
    verdict: 'failed',
  }),
  model_error: (spans) => ({
    finding: { pattern: 'unresolved_error', severity: 'high', ...at(spans.find(({ kind }) => kind === 'llm')) },
    verdict: 'failed',
  }),
};

function at(span: StoredSpan | undefined, began = span): Partial<StoredFinding> {
  expect(span).toBeDefined();
  expect(began).toBeDefined();
  return { span_id: span?.span_id as string, root_cause_span_id: began?.span_id as string };
}

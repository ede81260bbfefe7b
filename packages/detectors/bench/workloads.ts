import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeTracesJson } from '@spanwise/otlp';
import { decodeBlock, encodeBlock, type Span } from '@spanwise/schemas';
import { convertResourceSpans } from '@spanwise/semconv';
import { sharedData, type TestMessage, type TraceBuilder, trace } from '@spanwise/testkit';

/** Spans in the order in which they are judged: those of many runs, one of each in turn, as they come when agents work side by side. */
export interface Workload {
  name: string;
  spans: Span[];
}

const RUNS = 500;
const RECEIVED_US = 1_900_000_000_000_000;

/** A run without payloads beyond short arguments and results. */
const small = (run: TraceBuilder, i: number): TraceBuilder =>
  run
    .call('get_order', { order_id: `A-${i}` }, { result: { status: 'shipped', total: i } })
    .call('get_customer', { customer_id: `C-${i}` }, { result: { name: 'Ada', tier: 'gold' } })
    .call('refund_order', { order_id: `A-${i}`, amount: i }, { result: { success: true } })
    .llm({ text: 'Your order has been refunded.' });

const PROSE =
  'The customer asks for a refund of an order that arrived late. The policy allows it within 30 days, on the original payment method, once per order. ';

/** A run whose every inference repeats the whole conversation, with long results. */
function heavy(run: TraceBuilder, i: number): TraceBuilder {
  const tools = ['get_order', 'search_policy', 'refund_order'].map((name) => ({
    name,
    description: PROSE,
    parameters: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
  }));
  const input: TestMessage[] = [
    {
      role: 'user',
      parts: [{ type: 'text', content: `Hello, order #W${1_000_000 + i} came late on 2026-01-03. ${PROSE}` }],
    },
  ];
  for (const [turn, { name }] of tools.entries()) {
    const [args, id] = [{ id: `W${1_000_000 + i}` }, `call_${i}_${turn}`];
    const result = { items: Array.from({ length: 12 }, (_, n) => ({ sku: `S-${n}`, note: PROSE, price: n * 3 })) };
    run.llm({ calls: [{ name, arguments: args, id }], input, tools, system: PROSE, inputTokens: 400 + 600 * turn });
    run.tool(name, args, { result, callId: id });
    input.push({ role: 'assistant', parts: [{ type: 'tool_call', id, name, arguments: args }] });
    input.push({ role: 'tool', parts: [{ type: 'tool_call_response', id, response: result }] });
  }
  return run.llm({ text: `All is refunded. ${PROSE}`, input, tools, system: PROSE, inputTokens: 2_500 });
}

/** A run in trouble: the incidents are followed. */
const troubled = (run: TraceBuilder, i: number): TraceBuilder =>
  run
    .call('get_order', { order_id: `A-${i}` }, { error: 'HTTP 503 Service Unavailable' })
    .call('get_order', { order_id: `A-${i}` }, { result: { status: 'shipped' } })
    .call('refund_order', { order_id: `A-${i}` }, { result: { success: false, error: 'not refundable' } })
    .llm({ text: 'Your order has been refunded.' });

const generated = (build: (run: TraceBuilder, i: number) => TraceBuilder): Span[] =>
  sideBySide(
    Array.from({ length: RUNS }, (_, i) =>
      build(trace({ seed: `${i}`, agent: 'refunds', conversationId: `conv-${i}`, release: '1.8.2' }), i).end(),
    ),
  );

const endOf = (span: Span): number => span.startTime + span.durationNs / 1_000;

function sideBySide(runs: readonly Span[][]): Span[] {
  const spans: Span[] = [];
  const longest = Math.max(...runs.map((run) => run.length));
  for (let i = 0; i < longest; i++) for (const run of runs) if (run[i]) spans.push(run[i] as Span);
  return spans;
}

function recorded(file: string): Span[] {
  const runs = new Map<string, Span[]>();
  for (const line of gunzipSync(readFileSync(file)).toString().trim().split('\n')) {
    const { resourceSpans } = decodeTracesJson(line);
    for (const span of convertResourceSpans(resourceSpans, { tenant: 'default', receivedTimeUs: RECEIVED_US })) {
      const run = runs.get(span.traceId);
      if (run) run.push(span);
      else runs.set(span.traceId, [span]);
    }
  }
  return sideBySide([...runs.values()].map((run) => run.sort((a, b) => endOf(a) - endOf(b))));
}

/** As they leave Kafka: strings of a decoded block, not those they were built of. */
const transported = (spans: Span[]): Span[] => decodeBlock('Span', encodeBlock('Span', spans));

/** Generated runs, and recorded ones where this machine has them. */
export function workloads(): Workload[] {
  const found = [
    { name: 'small', spans: generated(small) },
    { name: 'heavy', spans: generated(heavy) },
    { name: 'troubled', spans: generated(troubled) },
  ];
  const folder = join(sharedData() ?? '', 'agent-runs');
  for (const file of existsSync(folder) ? readdirSync(folder) : []) {
    if (file.endsWith('.otlp.jsonl.gz'))
      found.push({ name: file.split('.')[0] ?? file, spans: recorded(join(folder, file)) });
  }
  return found.map(({ name, spans }) => ({ name, spans: transported(spans) }));
}

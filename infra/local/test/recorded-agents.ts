import { createHash } from 'node:crypto';
import { type Attributes, encodeTracesJson, type OtlpSpan } from '@spanwise/otlp';

const START_US = 1_790_000_000_000_000;
const hex = (text: string, digits: number) => createHash('sha256').update(text).digest('hex').slice(0, digits);

function span(run: string, name: string, parent: string, at: number, attributes: Attributes, failed = false): OtlpSpan {
  const time = (ms: number) => ({ micros: START_US + ms * 1_000, nanos: 0 });
  return {
    traceId: hex(run, 32),
    spanId: hex(`${run}/${name}/${at}`, 16),
    parentSpanId: parent,
    traceState: '',
    flags: 1,
    name,
    kind: 1,
    startTime: time(at),
    endTime: time(at + 5),
    attributes,
    events: [],
    links: [],
    status: failed ? { code: 2, message: 'no such order' } : { code: 0, message: '' },
    droppedCount: 0,
  };
}

/** One agent's run: a root that ends last, and tool calls; `failing` ones never get what they ask for. */
function run(id: string, conversation: string, failing: boolean): OtlpSpan[] {
  const root = hex(`${id}/invoke_agent shop/0`, 16);
  const calls = [10, 20, 30, 40, 50].map((at) =>
    span(
      id,
      'execute_tool find_order',
      root,
      at,
      {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'find_order',
        'gen_ai.tool.call.arguments': JSON.stringify({ order: failing ? 7 : at }),
        'gen_ai.tool.call.result': failing ? 'Error: no such order' : JSON.stringify({ order: at, status: 'sent' }),
      },
      failing,
    ),
  );
  const agent = {
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': 'shop',
    'gen_ai.conversation.id': conversation,
  };
  const invoke = span(id, 'invoke_agent shop', '', 0, agent, failing);
  return [...calls, { ...invoke, endTime: { micros: START_US + 80_000, nanos: 0 } }];
}

/** OTLP/JSON lines of so many conversations with two runs each; every fourth has a failing one. Six spans a run. */
export function recordedAgents(conversations: number, seed: string): string[] {
  return Array.from({ length: conversations * 2 }, (_, index) => {
    const conversation = `${seed}-${Math.floor(index / 2)}`;
    const spans = run(`${seed}/${index}`, conversation, index % 8 === 0);
    const resource = { attributes: { 'service.name': 'shop' }, droppedAttributesCount: 0 };
    const scopeSpans = [{ scope: { name: 'test', version: '', attributes: {} }, spans }];
    return Buffer.from(encodeTracesJson([{ resource, scopeSpans }])).toString();
  });
}

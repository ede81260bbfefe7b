/**
 * CPU seconds per million spans converted, for spans as they usually come. `node bench/convert.ts [plain|tool|model]`.
 */
import { type Attributes, newAttributes, type OtlpResourceSpans, type OtlpSpan } from '@spanwise/otlp';
import { convertResourceSpans } from '../src/index.ts';

const ARRIVAL = { tenant: 'default', receivedTimeUs: 1_795_000_000_000_000 };
const START = { micros: 1_794_999_999_000_000, nanos: 0 };
const END = { micros: 1_794_999_999_250_000, nanos: 500 };

const toolSpan: Attributes = {
  'gen_ai.operation.name': 'execute_tool',
  'gen_ai.tool.name': 'get_order',
  'gen_ai.tool.call.id': 'call_Zx81kQ',
  'gen_ai.tool.type': 'function',
  'gen_ai.tool.description': 'Look up an order by its id',
  'gen_ai.tool.call.arguments': '{"order_id":"A-1042","include_items":true}',
  'gen_ai.tool.call.result':
    '{"order_id":"A-1042","status":"delivered","total":59.9,"items":[{"sku":"SKU-9","qty":1}]}',
  'gen_ai.agent.name': 'support-agent',
  'gen_ai.conversation.id': 'conv-8f21c7',
  'user.id': 'user-77',
  'app.shop': 'berlin',
  'app.retries': 0,
  'app.cached': false,
  'thread.id': 17,
  'thread.name': 'worker-3',
};

const httpSpan: Attributes = {
  'http.request.method': 'POST',
  'http.response.status_code': 200,
  'url.full': 'https://orders.example.com/v1/orders/A-1042',
  'server.address': 'orders.example.com',
  'server.port': 443,
  'network.protocol.version': '1.1',
  'user_agent.original': 'undici/7.1',
  'network.peer.address': '10.4.1.9',
  'network.peer.port': 443,
  'thread.id': 17,
  'thread.name': 'worker-3',
  'app.shop': 'berlin',
  'app.retries': 0,
  'app.cached': false,
  'app.region': 'eu-central-1',
};

const talk = (length: number) => 'The order left the warehouse this morning. '.repeat(length / 43 + 1).slice(0, length);
const modelSpan: Attributes = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-6-mini',
  'gen_ai.response.model': 'gpt-6-mini-2026-09-01',
  'gen_ai.response.id': 'resp_1',
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.usage.input_tokens': 360,
  'gen_ai.usage.output_tokens': 24,
  'gen_ai.usage.cache_read.input_tokens': 128,
  'gen_ai.request.temperature': 0,
  'gen_ai.agent.name': 'support-agent',
  'gen_ai.conversation.id': 'conv-8f21c7',
  'gen_ai.system_instructions': '[{"type":"text","content":"You are a support agent. Use the tools; never guess."}]',
  'gen_ai.input.messages': JSON.stringify([
    { role: 'user', parts: [{ type: 'text', content: talk(900) }] },
    {
      role: 'assistant',
      parts: [{ type: 'tool_call', id: 'call_1', name: 'get_order', arguments: { order_id: 'A-1042' } }],
    },
    { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_1', response: { status: 'delivered' } }] },
  ]),
  'gen_ai.output.messages': JSON.stringify([
    { role: 'assistant', parts: [{ type: 'text', content: talk(700) }], finish_reason: 'stop' },
  ]),
};

function batch(attributes: Attributes, size: number): OtlpResourceSpans[] {
  const span = (): OtlpSpan => ({
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
    parentSpanId: 'eee19b7ec3c1b173',
    traceState: '',
    flags: 1,
    name: 'execute_tool get_order',
    kind: 1,
    startTime: START,
    endTime: END,
    attributes: Object.assign(newAttributes(), attributes),
    events: [],
    links: [],
    status: { code: 0, message: '' },
    droppedCount: 0,
  });
  const resource = { 'service.name': 'shop', 'service.version': '2.4.0', 'deployment.environment.name': 'staging' };
  return [
    {
      resource: { attributes: resource, droppedAttributesCount: 0 },
      scopeSpans: [
        { scope: { name: 'gen_ai', version: '', attributes: {} }, spans: Array.from({ length: size }, span) },
      ],
    },
  ];
}

function measure(name: string, attributes: Attributes): void {
  const data = batch(attributes, 500);
  for (let i = 0; i < 60; i++) convertResourceSpans(data, ARRIVAL);
  const rounds = 400;
  const before = process.cpuUsage();
  for (let i = 0; i < rounds; i++) convertResourceSpans(data, ARRIVAL);
  const { user, system } = process.cpuUsage(before);
  const perSpan = (user + system) / (rounds * 500);
  console.log(`${name}: ${perSpan.toFixed(2)} CPU s per million spans`);
}

const only = process.argv[2];
const spans: [name: string, description: string, attributes: Attributes][] = [
  ['plain', 'HTTP span, 15 attributes', httpSpan],
  ['tool', 'tool span, 15 attributes', toolSpan],
  ['model', 'model span, 2 KB of messages', modelSpan],
];
for (const [name, description, attributes] of spans) {
  if (only === undefined || only === name) measure(description, attributes);
}

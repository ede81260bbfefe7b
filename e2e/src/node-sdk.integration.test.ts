import { randomUUID } from 'node:crypto';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as ProtoExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { afterEach, expect, it } from 'vitest';
import { eventually, pipeline, rows } from './system.ts';

afterEach(() => {
  trace.disable();
  context.disable();
});

const exporters = {
  'OTLP/HTTP protobuf': () => new ProtoExporter({ url: `${pipeline().ingestUrl}/v1/traces` }),
  'OTLP/gRPC': () => new GrpcExporter({ url: `http://127.0.0.1:${pipeline().grpcPort}` }),
};

it.each(Object.entries(exporters))('spans of a real OpenTelemetry SDK arrive whole over %s', async (_, exporter) => {
  const conversation = randomUUID();
  const sdk = new NodeSDK({ serviceName: 'shop', traceExporter: exporter() });
  sdk.start();
  const tracer = trace.getTracer('my.agent', '1.2.3');
  tracer.startActiveSpan('invoke_agent refunds', (root) => {
    root.setAttributes({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'refunds',
      'gen_ai.conversation.id': conversation,
      'shop.customer.tier': 'gold',
      'shop.items': [1, 2, 3],
    });
    tracer.startActiveSpan('execute_tool refund_order', (tool) => {
      tool.setAttributes({
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'refund_order',
        'gen_ai.tool.call.id': 'call_1',
        'gen_ai.tool.call.arguments': '{"order_id":"A-1"}',
        'gen_ai.tool.call.result': '{"success":false}',
      });
      tool.addEvent('checked', { 'policy.window': 30 });
      tool.end();
    });
    root.setStatus({ code: SpanStatusCode.OK });
    root.end();
  });
  await sdk.shutdown();

  const stored = await eventually(
    () =>
      rows<Record<string, unknown>>(
        'SELECT * FROM spans WHERE session_id = {conversation:String} ORDER BY start_time, parent_span_id',
        {
          conversation,
        },
      ),
    (spans) => spans.length === 2,
  );
  expect(stored).toMatchObject([
    {
      name: 'invoke_agent refunds',
      kind: 'agent',
      status: 'ok',
      agent: 'refunds',
      service: 'shop',
      parent_span_id: '',
    },
    {
      name: 'execute_tool refund_order',
      kind: 'tool',
      agent: 'refunds',
      tool: 'refund_order',
      tool_call_id: 'call_1',
      tool_arguments: '{"order_id":"A-1"}',
      tool_result: '{"success":false}',
      parent_span_id: stored[0]?.span_id,
      scope_name: 'my.agent',
      scope_version: '1.2.3',
    },
  ]);
  expect(JSON.parse(String(stored[0]?.attributes))).toMatchObject({
    'shop.customer.tier': 'gold',
    'shop.items': [1, 2, 3],
  });
  expect(JSON.parse(String(stored[1]?.events))).toMatchObject([
    { name: 'checked', attributes: { 'policy.window': 30 } },
  ]);

  const sessions = await eventually(
    () =>
      rows<{ verdict: string }>('SELECT * FROM sessions WHERE session_id = {conversation:String}', { conversation }),
    (found) => found.length > 0,
  );
  expect(sessions).toMatchObject([{ verdict: 'suspect', run_count: 1, span_count: 2 }]);
});

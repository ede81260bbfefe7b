import type { AttributeValue, OtlpEvent, OtlpSpan } from '@spanwise/otlp';
import { decodeBlock, encodeBlock } from '@spanwise/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conventions } from './conventions/index.ts';
import { convertResourceSpans } from './convert.ts';
import { attributes, convert, otlpSpan, RECEIVED_US } from './spans.fixture.ts';

const knownNames = conventions.flatMap(({ attributes: named, indexed = {} }) => [
  ...Object.values(named).flat(),
  ...Object.values(indexed)
    .flat()
    .flatMap((prefix) => [
      `${prefix}0.message.role`,
      `${prefix}1.message.content`,
      `${prefix}0.tool.json_schema`,
      `${prefix}99999999999`,
    ]),
]);

const payloads = fc.constantFrom(
  '{"lc":1,"type":"constructor","kwargs":{"content":[]}}',
  '[{"role":"user","parts":[{"type":"text","content":null}]}]',
  '{"messages":[[["user","x"],{}]]}',
  '[{"type":"function","function":{"name":null}}]',
  '{"graph":null,"update":{"messages":[null,{"type":"tool"}]},"goto":[{"node":1}]}',
  "content='x",
  "{'a': (1, {'b': None})}",
  '{"input_str":null,"inputs":null,"kwargs":null}',
  '{"__proto__":{"content":1},"result":{"__proto__":2}}',
  `${'['.repeat(2000)}${']'.repeat(2000)}`,
  '\ud800 lone',
);

const anyValue: fc.Arbitrary<AttributeValue> = fc.oneof(
  payloads,
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.json({ maxDepth: 3 }),
  fc.double(),
  fc.boolean(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.uint8Array({ maxLength: 8 }),
  fc.constant(null),
  fc.array(fc.string({ maxLength: 5 }), { maxLength: 3 }),
  fc.jsonValue({ maxDepth: 3 }).map((value) => value as AttributeValue),
  fc.constantFrom(
    'chat',
    'execute_tool',
    'invoke_agent',
    'LLM',
    'TOOL',
    'AGENT',
    'RETRIEVER',
    'tools/call',
    'x'.repeat(40_000),
  ),
);

const anyAttributes = fc
  .array(
    fc.tuple(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...knownNames) },
        { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
      ),
      anyValue,
    ),
    { maxLength: 12 },
  )
  .map((entries) => attributes(Object.fromEntries(entries.filter(([name]) => name !== '__proto__'))));

const anyTime = fc.record({
  micros: fc.constantFrom(0, RECEIVED_US, 1, 4_102_444_800_000_000, RECEIVED_US - 5),
  nanos: fc.nat(999),
});
const anyEvent: fc.Arbitrary<OtlpEvent> = fc.record({
  time: anyTime,
  name: fc.constantFrom(
    'exception',
    'gen_ai.choice',
    'gen_ai.user.message',
    'gen_ai.tool.message',
    'gen_ai.client.inference.operation.details',
    'x',
  ),
  attributes: fc
    .dictionary(
      fc.constantFrom(
        'exception.type',
        'exception.message',
        'content',
        'message',
        'id',
        'gen_ai.event.content',
        'gen_ai.input.messages',
      ),
      anyValue,
    )
    .map(attributes),
});

const anyOtlpSpan: fc.Arbitrary<OtlpSpan> = fc
  .record({
    name: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('handoff to x', 'execute_tool y', 'call_llm'),
    ),
    kind: fc.nat(7),
    startTime: anyTime,
    endTime: anyTime,
    attributes: anyAttributes,
    events: fc.array(anyEvent, { maxLength: 3 }),
    status: fc.record({ code: fc.nat(3), message: fc.string({ maxLength: 10 }) }),
    traceState: fc.string({ maxLength: 600 }),
    flags: fc.nat(0xffffffff),
    droppedCount: fc.nat(0xffffffff),
  })
  .map((drawn) => ({ ...otlpSpan(), ...drawn }));

const once = (span: OtlpSpan, resource = attributes({})) =>
  convertResourceSpans(
    [
      {
        resource: { attributes: resource, droppedAttributesCount: 0 },
        scopeSpans: [{ scope: { name: 's', version: '', attributes: attributes({}) }, spans: [span] }],
      },
    ],
    { tenant: 'default', receivedTimeUs: RECEIVED_US },
  );

describe('whatever an agent sends', () => {
  it('becomes a span that the schema can carry, whose JSON fields are JSON, the same at every conversion', () => {
    fc.assert(
      fc.property(anyOtlpSpan, anyAttributes, (sent, resource) => {
        const spans = once(sent, resource);
        const [span] = decodeBlock('Span', encodeBlock('Span', spans));
        expect(span).toEqual(spans[0]);
        expect(once(sent, resource)).toEqual(spans);
        for (const field of [
          'toolArguments',
          'inputMessages',
          'outputMessages',
          'toolDefinitions',
          'attributes',
          'resource',
          'events',
          'links',
        ] as const) {
          if (span?.[field]) JSON.parse(span[field]);
        }
        expect(span?.durationNs).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });
});

it('spans keep their order and share what their resource says', () => {
  const spans = convertResourceSpans(
    [
      {
        resource: { attributes: attributes({ 'service.name': 'shop' }), droppedAttributesCount: 0 },
        scopeSpans: [
          {
            scope: { name: 'a', version: '1', attributes: attributes({}) },
            spans: [otlpSpan({ name: '1' }), otlpSpan({ name: '2' })],
          },
          { scope: { name: 'b', version: '', attributes: attributes({}) }, spans: [otlpSpan({ name: '3' })] },
        ],
      },
    ],
    { tenant: 'acme', receivedTimeUs: RECEIVED_US },
  );
  expect(
    spans.map(({ tenant, name, service, scopeName, scopeVersion }) => [tenant, name, service, scopeName, scopeVersion]),
  ).toEqual([
    ['acme', '1', 'shop', 'a', '1'],
    ['acme', '2', 'shop', 'a', '1'],
    ['acme', '3', 'shop', 'b', ''],
  ]);
});

it('a span names the convention it was recognised by, the specific one before OpenTelemetry’s', () => {
  const of = (values: Record<string, unknown>) => convert({ attributes: values }).convention;
  expect(of({ 'gen_ai.operation.name': 'chat', 'session.id': 's' })).toBe('otel-genai');
  expect(of({ 'gen_ai.operation.name': 'chat', 'traceloop.entity.name': 'x' })).toBe('openllmetry');
  expect(of({ 'openinference.span.kind': 'LLM', 'gen_ai.system': 'openai' })).toBe('openinference');
  expect(of({ 'gcp.vertex.agent.session_id': 's' })).toBe('google-adk');
  expect(of({ 'session.id': 's', 'error.type': 'x', 'http.response.status_code': 500 })).toBe('');
});

import { newAttributes, type OtlpResourceSpans } from '@spanwise/otlp';

/** A trace id that is a function of a name. */
export function traceIdOf(name: string): string {
  return Buffer.from(name.padEnd(16, '.')).toString('hex').slice(0, 32);
}

/** One trace of tool calls, as an SDK would send it. */
export function otlpRequest(name: string, spans: number): OtlpResourceSpans[] {
  return [
    {
      resource: { attributes: Object.assign(newAttributes(), { 'service.name': 'shop' }), droppedAttributesCount: 0 },
      scopeSpans: [
        {
          scope: { name: 'test', version: '1', attributes: newAttributes() },
          spans: Array.from({ length: spans }, (_, i) => ({
            traceId: traceIdOf(name),
            spanId: (i + 1).toString(16).padStart(16, '0'),
            parentSpanId: '',
            traceState: '',
            flags: 1,
            name: 'execute_tool get_order',
            kind: 1,
            startTime: { micros: 1_795_320_000_000_000 + i, nanos: 0 },
            endTime: { micros: 1_795_320_000_100_000 + i, nanos: 0 },
            attributes: Object.assign(newAttributes(), {
              'gen_ai.operation.name': 'execute_tool',
              'gen_ai.tool.name': 'get_order',
            }),
            events: [],
            links: [],
            status: { code: 0, message: '' },
            droppedCount: 0,
          })),
        },
      ],
    },
  ];
}

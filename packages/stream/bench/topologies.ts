import type { Span } from '@spanwise/schemas';
import { span, spanIdOf, traceIdOf } from '@spanwise/testkit/spans';
import type { Topology } from '../src/topology.ts';

/** Runs of ten spans each, children before their root, from many runs at once: about 330 bytes a span. */
export function benchSpan(index: number): Span {
  const run = Math.floor(index / 10);
  return span({
    traceId: traceIdOf(`${run}`),
    spanId: spanIdOf(`${index}`),
    parentSpanId: spanIdOf(`${run * 10 + 9}`),
    name: 'execute_tool search_orders',
    kind: index % 3 === 0 ? 'tool' : 'llm',
    startTime: 1_767_607_200_000_000 + index * 1_000,
    agent: 'support-agent',
    service: 'agents',
    tool: index % 3 === 0 ? 'search_orders' : '',
    toolArguments: index % 3 === 0 ? '{"customer":"c-1234","status":"open","limit":20}' : '',
    toolResult: index % 3 === 0 ? '{"orders":[{"id":"o-1","total":12.5},{"id":"o-2","total":99.9}]}' : '',
    model: 'model-large',
    inputTokens: 1200,
    outputTokens: 85,
  });
}

/** The topologies that are measured: nothing but reading, reading and writing, and with the reorder buffer and a slot per span. */
export const WORKLOADS = ['sink', 'pass-through', 'stateful'] as const;
export type Workload = (typeof WORKLOADS)[number];

export function benchTopology(workload: Workload): Topology<'Span'> {
  return {
    name: `bench-${workload}`,
    input: 'spans',
    inputRecord: 'Span',
    outputs: { copies: 'Span' },
    changelog: 'changelog',
    stateVersion: 1,
    keyOf: (record) => record.traceId,
    ...(workload === 'stateful' && {
      reorder: {
        delayMs: 1000,
        groupOf: (record: Span) => record.traceId,
        endTimeOf: (record: Span) => record.startTime + record.durationNs / 1000,
        idOf: (record: Span) => record.spanId,
      },
    }),
    createProcessor: () => ({
      process(record, context) {
        if (workload === 'pass-through') context.forward<'Span'>('copies', record.traceId, record);
        if (workload !== 'stateful') return;
        context.store.put(record.traceId, `s/${record.spanId}`, {
          kind: record.kind,
          tool: record.tool,
          end: record.startTime,
        });
        context.schedule(record.traceId, 'quiet', context.streamTime + 5_000);
      },
      punctuate: (key, _timer, { store }) => store.delete(key),
    }),
  };
}

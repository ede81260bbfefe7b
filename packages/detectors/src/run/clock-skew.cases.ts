import type { Span } from '@spanwise/schemas';
import { type TraceBuilder, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

/** `n` remote tool calls (spans 2k) of 80 ms, each within a client span (2k + 1); the remote clock is `skewMs` ahead. */
function remoteCalls(n: number, skewMs: number, fields: Partial<Span> = {}): Span[] {
  const run = trace();
  for (let i = 0; i < n; i++) {
    run.within('POST /tool', (inner: TraceBuilder) =>
      inner
        .wait(10)
        .step('tool', { service: 'tools', ...fields }, 80)
        .wait(10),
    );
  }
  return run
    .end()
    .map((span) => (span.service === 'tools' ? { ...span, startTime: span.startTime + skewMs * 1_000 } : span));
}

/** Children that start within their parents and end `lateMs` after them. */
const outliving = (n: number, lateMs: number, fields: Partial<Span> = {}): Span[] =>
  remoteCalls(n, 0, fields).map((span) =>
    span.service === 'tools' ? { ...span, durationNs: (80 + lateMs) * 1_000_000 } : span,
  );

export const cases: DetectorCase[] = [
  {
    name: 'finds a service whose clock is behind: its spans start before their parents',
    run: remoteCalls(3, -300),
    finds: [{ at: 0, began: 0, severity: 'info', type: 'clock_offset' }],
  },
  {
    name: 'finds a clock that is seconds behind, from one call',
    example: true,
    run: remoteCalls(1, -5_000),
    finds: [{ at: 0, severity: 'low' }],
  },
  {
    name: 'finds a clock that is ahead: all spans end after their parents',
    run: remoteCalls(3, 4_000),
    finds: [{ at: 0, severity: 'low' }],
  },
  { name: 'finds nothing where clocks agree', run: remoteCalls(3, 0), finds: [] },
  { name: 'finds nothing below the tolerance', run: remoteCalls(3, -14), finds: [] },
  { name: 'lets one child end late: it may be asynchronous', run: remoteCalls(1, 60), finds: [] },
  { name: 'lets children outlive their parents that nobody waited for', run: outliving(5, 500), finds: [] },
  { name: 'lets consumers run after their producers', run: remoteCalls(5, 4_000, { otelKind: 'consumer' }), finds: [] },
  {
    name: 'lets linked spans run later',
    run: remoteCalls(5, 4_000, { links: '[{"traceId":"00","spanId":"00"}]' }),
    finds: [],
  },
  {
    name: 'does not judge clocks within one service',
    run: remoteCalls(3, -300, { name: 'x' }).map((span) => ({ ...span, service: 'one' })),
    finds: [],
  },
  {
    name: 'finds the same skew when parents arrive first',
    run: remoteCalls(3, -300),
    arrival: [6, 5, 3, 1, 4, 2, 0],
    finds: [{ at: 0 }],
  },
];

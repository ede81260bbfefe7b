import { type ToolOptions, type TraceBuilder, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const DOWN: ToolOptions = { error: 'HTTP 503 Service Unavailable', errorType: 'HTTPError' };

/** `times` attempts of one call, each asked for by the model: spans 2k and 2k + 1. */
function attempts(times: number, options: ToolOptions, pauseMs = 0): TraceBuilder {
  const run = trace();
  for (let i = 0; i < times; i++) run.wait(i === 0 ? 0 : pauseMs).call('charge', { order: 7 }, options);
  return run;
}

const sixFailures = attempts(6, DOWN).end();

export const cases: DetectorCase[] = [
  {
    name: 'finds the same call failing five times at its fourth failure, begun at the first',
    example: true,
    run: attempts(5, DOWN).end(),
    finds: [{ at: 7, began: 1, severity: 'medium', type: 'repeated_failure' }],
  },
  {
    name: 'finds it while the run still goes on',
    run: attempts(4, DOWN).open(),
    end: null,
    finds: [{ at: 7, began: 1 }],
  },
  {
    name: 'finds errors that only the result tells of',
    run: attempts(5, { result: { success: false, error: 'no such order' } }).end(),
    finds: [{ at: 7, began: 1 }],
  },
  {
    name: 'is graver the longer it lasts without success',
    run: attempts(9, DOWN).end(),
    finds: [{ at: 7, began: 1, severity: 'high' }],
  },
  {
    name: 'is of little weight where the call succeeded in the end',
    run: attempts(5, DOWN)
      .call('charge', { order: 7 }, { result: { ok: true } })
      .end(),
    finds: [{ at: 7, severity: 'low' }],
  },
  {
    name: 'finds a storm that a framework retries without asking the model',
    run: trace()
      .llm({ calls: [{ name: 'charge', arguments: { order: 7 } }] })
      .tool('charge', { order: 7 }, DOWN)
      .tool('charge', { order: 7 }, DOWN)
      .tool('charge', { order: 7 }, DOWN)
      .tool('charge', { order: 7 }, DOWN)
      .end(),
    finds: [{ at: 4, began: 1 }],
  },
  {
    name: 'finds a model that fails the same way again and again',
    run: Array.from({ length: 7 })
      .reduce((run: TraceBuilder) => run.llm({ error: '429 Too Many Requests', ms: 20 }), trace())
      .end(),
    finds: [{ at: 5, began: 0, severity: 'low' }],
  },
  {
    name: 'finds three attempts of a tool with three HTTP attempts each: nine',
    run: [0, 1, 2]
      .reduce(
        (run: TraceBuilder) =>
          run.within(
            'execute_tool charge',
            (inner) => {
              for (let i = 0; i < 3; i++) inner.step('POST /charge', { failed: true, otelKind: 'client' });
            },
            {
              kind: 'tool',
              tool: 'charge',
              toolArguments: '{}',
              toolArgumentsDigest: '00000000000000aa',
              failed: true,
            },
          ),
        trace(),
      )
      .end(),
    finds: [{ at: 11, began: 3, type: 'multiplied_attempts' }],
  },
  {
    name: 'counts an attempt once that two instrumentations recorded',
    run: attempts(0, DOWN)
      .within('call', (run) => run.tool('charge', { order: 7 }, DOWN), wrapped())
      .within('call', (run) => run.tool('charge', { order: 7 }, DOWN), wrapped())
      .end(),
    finds: [],
  },
  {
    name: 'leaves three failures that a success ends to recovery',
    run: attempts(3, DOWN)
      .call('charge', { order: 7 }, { result: { ok: true } })
      .end(),
    finds: [],
  },
  {
    name: 'leaves five failures with back-off that a success ends to recovery',
    run: attempts(5, DOWN, 2_000)
      .call('charge', { order: 7 }, { result: { ok: true } })
      .end(),
    finds: [],
  },
  {
    name: 'does not take pages of one query for retries',
    run: [1, 2, 3, 4, 5, 6]
      .reduce((run: TraceBuilder, page) => run.call('list', { page }, { result: { items: [page] } }), trace())
      .end(),
    finds: [],
  },
  {
    name: 'does not take a failure of different calls for a storm',
    run: [1, 2, 3, 4, 5, 6].reduce((run: TraceBuilder, order) => run.call('charge', { order }, DOWN), trace()).end(),
    finds: [],
  },
  {
    name: 'does not take polling with progress for retries',
    run: [10, 40, 60, 80, 100]
      .reduce((run: TraceBuilder, progress) => run.call('status', { job: 1 }, { result: { progress } }), trace())
      .end(),
    finds: [],
  },
  {
    name: 'counts failures on end: a success between them begins anew',
    run: attempts(3, DOWN)
      .call('charge', { order: 7 }, { result: { ok: true } })
      .call('charge', { order: 7 }, DOWN)
      .call('charge', { order: 7 }, DOWN)
      .end(),
    finds: [],
  },
  {
    name: 'does not take parallel calls for retries of each other',
    run: parallel(6),
    finds: [],
  },
  {
    name: 'finds the same storm when attempts arrive in another order',
    run: sixFailures,
    arrival: [9, 3, 1, 11, 0, 2, 7, 5, 4, 6, 8, 10, 12],
    finds: [{ at: 7, began: 1, severity: 'medium' }],
  },
];

function wrapped() {
  const { toolArguments = '', toolArgumentsDigest = '' } = sixFailures[1] ?? {};
  return { kind: 'tool' as const, tool: 'charge', toolArguments, toolArgumentsDigest, failed: true };
}

function parallel(times: number) {
  const spans = attempts(times, { ...DOWN, ms: 50 }).end();
  const first = spans[1];
  return spans.map((span) => (span.kind === 'tool' && first ? { ...span, startTime: first.startTime } : span));
}

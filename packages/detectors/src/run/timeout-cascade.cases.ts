import type { Span } from '@spanwise/schemas';
import { type TraceBuilder, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const timedOut = (message: string, service = 'agents'): Partial<Span> => ({
  failed: true,
  status: 'error',
  errorType: 'TimeoutError',
  errorMessage: message,
  service,
});

type Build = (run: TraceBuilder) => unknown;

const within = (name: string, fields: Partial<Span>, build: Build) => (run: TraceBuilder) =>
  run.within(name, (inner) => build(inner) as undefined, fields);

const db =
  (ms = 5_000, fields = timedOut('query timed out after 5 s', 'orders-db')): Build =>
  (run) =>
    run.step('SELECT orders', fields, ms);
const api = (build: Build = db(), fields = timedOut('upstream timed out after 6 s', 'orders-api')): Build =>
  within('GET /orders', fields, build);
const tool = (build: Build = api(), fields: Partial<Span> = timedOut('get_order timed out after 7 s')): Build =>
  within('execute_tool get_order', { kind: 'tool', tool: 'get_order', ...fields }, build);
const agent = (
  build: Build = tool(),
  fields: Partial<Span> = timedOut('worker gave no answer, timed out after 9 s'),
): Build => within('invoke_agent worker', { kind: 'agent', agent: 'worker', ...fields }, build);

const run = (build: Build) => {
  const built = trace();
  build(built);
  return built.end();
};

export const cases: DetectorCase[] = [
  {
    name: 'a database that times out, and callers on three levels, began at the database',
    example: true,
    run: run(agent()),
    finds: [{ at: 3, began: 0, severity: 'high', type: 'levels' }],
  },
  {
    name: 'two levels are a cascade that weighs less',
    run: run(tool(api(() => undefined))),
    finds: [{ at: 1, began: 0, severity: 'medium' }],
  },
  {
    name: 'a dependency that was only slow is the cause all the same',
    run: run(tool(api(db(6_000, { service: 'orders-db' })))),
    finds: [{ at: 2, began: 0, severity: 'medium' }],
  },
  {
    name: 'the cause may come last of all',
    run: run(agent()),
    arrival: [3, 2, 1, 0, 4],
    finds: [{ at: 3, began: 0 }],
  },
  {
    name: 'three levels that were tried again and done are told of, low',
    run: run((built) => {
      agent()(built);
      agent(
        tool(() => undefined, {}),
        {},
      )(built);
    }),
    finds: [{ at: 3, began: 0, severity: 'low' }],
  },
  {
    name: 'one timeout that shows on the tool, its node and the root is one timeout',
    run: run(
      within('node', timedOut('get_order: order service timed out'), (inner) =>
        inner.tool('get_order', {}, { error: 'order service timed out', errorType: 'TimeoutError' }),
      ),
    ),
    finds: [],
  },
  {
    name: 'one timeout that was retried and done is none',
    run: run((built) =>
      built
        .call('get_order', { id: 1 }, { error: 'timed out after 5 s' })
        .call('get_order', { id: 1 }, { result: { total: 1 } }),
    ),
    finds: [],
  },
  {
    name: 'two levels that were tried again and done are none',
    run: run((built) => {
      tool(api(() => undefined))(built);
      tool(() => undefined, {})(built);
    }),
    finds: [],
  },
  {
    name: 'an operation that came to a good end breaks the chain',
    run: run(
      agent(
        within(
          'execute_tool plan',
          { kind: 'tool', tool: 'plan' },
          api(() => undefined),
        ),
      ),
    ),
    finds: [],
  },
  {
    name: 'timeouts side by side are no levels',
    run: run((built) =>
      built
        .call('get_order', { id: 1 }, { error: 'timed out after 5 s' })
        .call('get_user', { id: 1 }, { error: 'timed out after 6 s' }),
    ),
    finds: [],
  },
  {
    name: 'a caller that failed of something else is no level',
    run: run(
      tool(
        api(() => undefined),
        { failed: true, status: 'error', errorMessage: 'no such order' },
      ),
    ),
    finds: [],
  },
];

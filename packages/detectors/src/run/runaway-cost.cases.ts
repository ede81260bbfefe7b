import type { Span } from '@spanwise/schemas';
import { says, type TraceBuilder, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

/** Looks one thing after the other up, each new: an inference, then the call it asks for. */
const search = (run: TraceBuilder, times: number, tool = 'search'): TraceBuilder => {
  for (let i = 0; i < times; i++) run.call(tool, { words: `word ${i}` }, { result: { found: i } });
  return run;
};

const repeating = (run: TraceBuilder, times: number): TraceBuilder => {
  for (let i = 0; i < times; i++) run.call('search', { words: 'the same' }, { result: { found: 1 } });
  return run;
};

/** As many searches of an agent, and its answer. */
export const researching = (agent: string, times: number): Span[] =>
  search(trace({ agent }), times).llm({ text: 'This is what there is.' }).end();

const inferences = (run: TraceBuilder, times: number, fields: Partial<Span>): TraceBuilder => {
  for (let i = 0; i < times; i++) run.llm({ text: `Part ${i}.`, span: fields });
  return run;
};

/** Two minutes of inferences. */
const thinking = (run: TraceBuilder): TraceBuilder => {
  for (let i = 0; i < 6; i++) run.llm({ text: `Part ${i}.`, ms: 20_000 });
  return run;
};

// The researcher, as `caseNormals` knows it, needs 12 steps, 3,000 tokens, 6 seconds.
export const cases: DetectorCase[] = [
  {
    name: 'finds twice the steps that runs of the agent need, where they are exceeded, from the first call of the streak on',
    run: [
      ...search(trace({ agent: 'researcher' }).call('get_plan', {}, { result: { plan: 1 } }), 20)
        .llm({ text: 'Done.' })
        .end(),
    ],
    finds: [{ at: 30, began: 2, severity: 'medium', type: 'steps' }],
    example: true,
  },
  {
    name: 'finds it while the run goes on, by what runs of its service need, since no span has named an agent',
    run: search(trace({ agent: 'researcher', service: 'research' }), 30).open(),
    end: null,
    finds: [{ at: 30, type: 'steps' }],
  },
  {
    name: 'finds it as grave from twice the bound on',
    run: researching('researcher', 40),
    finds: [{ at: 30, severity: 'high' }],
  },
  {
    name: 'finds it whatever order the spans come in',
    run: researching('researcher', 30),
    arrival: [...Array(62).keys()].reverse(),
    finds: [{ at: 30, began: 0 }],
  },
  {
    name: 'says that it began with the sub-agent that makes most of it',
    run: search(trace({ agent: 'researcher' }), 2)
      .agent('digger', (run) => search(run, 30, 'dig'))
      .end(),
    finds: [{ at: 30, began: 64 }],
  },
  {
    name: 'finds tokens beyond what is needed, at few steps',
    run: inferences(trace({ agent: 'researcher' }), 8, { inputTokens: 4_000, outputTokens: 500 }).end(),
    finds: [{ at: 6, type: 'tokens' }],
  },
  {
    name: 'finds cost where it is known',
    run: inferences(trace({ agent: 'priced' }), 8, { costUsd: 0.06 }).end(),
    finds: [{ at: 3, type: 'cost' }],
  },
  {
    name: 'finds time in which it was at work all along',
    run: thinking(trace({ agent: 'researcher' })).end(),
    finds: [{ at: 3, type: 'time' }],
  },
  {
    name: 'finds what calls that repeat others have made of a run, from the first of the streak on',
    run: repeating(trace({ agent: 'researcher' }), 20)
      .llm({ text: 'Done.' })
      .end(),
    finds: [{ at: 30, began: 0, type: 'steps' }],
  },
  {
    name: 'is silent about a few more pages than usual',
    run: researching('researcher', 14),
    finds: [],
  },
  {
    name: 'is silent about an agent of which too few runs are known',
    run: researching('beginner', 40),
    finds: [],
  },
  { name: 'is silent about an agent that is not known', run: researching('stranger', 40), finds: [] },
  {
    name: 'is silent about a heavy task of an agent that has such tasks',
    run: researching('analyst', 35),
    finds: [],
  },
  {
    name: 'is silent about three times of next to nothing',
    run: researching('researcher', 9),
    finds: [],
  },
  {
    name: 'is silent about a long time of which most went by between the turns of a user',
    run: [0, 1, 2]
      .reduce(
        (run, turn) => run.llm({ input: [says('user', `${turn}?`)], text: `Answer ${turn}.` }).wait(600_000),
        trace({ agent: 'researcher' }),
      )
      .end(),
    finds: [],
  },
  {
    name: 'is silent about a long time of which most went by until a person approved',
    run: trace({ agent: 'researcher' })
      .call('request_human_approval', { of: 'a refund' }, { ms: 900_000, result: { approved: true } })
      .call('refund', { order: 1 }, { result: { done: true } })
      .end(),
    finds: [],
  },
  {
    name: 'is silent about calls that took long at one time',
    run: trace({ agent: 'researcher' })
      .within('fan out', (run) => {
        for (let i = 0; i < 6; i++)
          run.tool('render', { i }, { ms: 19_000, span: { startTime: 1_790_000_000_000_000, durationNs: 19e9 } });
      })
      .end(),
    finds: [],
  },
  {
    name: 'is silent about tokens most of which were read from a cache',
    run: inferences(trace({ agent: 'researcher' }), 8, {
      inputTokens: 4_000,
      cacheReadTokens: 3_600,
      outputTokens: 100,
    }).end(),
    finds: [],
  },
  {
    name: 'is silent about many tokens that cost little, where costs are known',
    run: inferences(trace({ agent: 'priced' }), 8, { inputTokens: 9_000, costUsd: 0.01 }).end(),
    finds: [],
  },
  {
    name: 'is silent about a run that is longer than what it remembers, of an agent whose runs are',
    run: researching('archivist', 600),
    finds: [],
  },
];

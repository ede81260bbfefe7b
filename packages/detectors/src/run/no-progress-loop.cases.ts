import type { Span } from '@spanwise/schemas';
import { says, type TraceBuilder, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const ORDER = { order: 'A-1042', total: 12.5, status: 'shipped' };

const times = (n: number, add: (run: TraceBuilder, i: number) => unknown, run = trace()): TraceBuilder => {
  for (let i = 0; i < n; i++) add(run, i);
  return run;
};

const sameCall = (n: number, result: unknown = ORDER) =>
  times(n, (run) => run.call('get_order', { id: 'A-1042' }, { result }));

const fiveTimes = sameCall(5).end();

const pingPong = (n: number, payload?: unknown, text?: (i: number) => string) =>
  times(n, (run, i) => {
    if (text) run.llm({ text: text(i), input: [says('assistant', 'go on')] });
    run.handoff(i % 2 === 0 ? 'sales' : 'support', i % 2 === 0 ? 'support' : 'sales', payload);
  });

/** The run without its tool spans, results being in the next input only. */
const withoutToolSpans = (n: number, result: (i: number) => string): Span[] =>
  times(n, (run, i) =>
    run.llm({
      calls: [{ name: 'get_order', arguments: { id: 7 }, id: `call_${i}` }],
      input:
        i === 0
          ? [says('user', 'where is order 7?')]
          : [{ role: 'tool', parts: [{ type: 'tool_call_response', id: `call_${i - 1}`, response: result(i) }] }],
    }),
  ).end();

const asked = (words: string) => ({ input: [says('user', words)] });
const NONE = { error: 'Plan not found', errorType: 'ValueError' };

/** A user asks for something, and the agent looks up one plan after the other. */
const lookUp = (ids: readonly string[], words: string, failure: object = NONE): TraceBuilder =>
  times(
    ids.length,
    (run, i) => {
      if (i === 0)
        run.llm({ ...asked(words), calls: [{ name: 'get_plan', arguments: { plan_id: ids[0] }, id: 'c0' }] });
      else run.llm({ calls: [{ name: 'get_plan', arguments: { plan_id: ids[i] }, id: `c${i}` }] });
      run.tool('get_plan', { plan_id: ids[i] }, { callId: `c${i}`, ...failure });
    },
    trace({ agent: 'support' }),
  );

const GUESSED = ['P1001', 'P1002', 'P1003', 'P1004', 'P1005', 'P1006'];

export const cases: DetectorCase[] = [
  {
    name: 'finds the same call with the same result at its fourth occurrence, begun where the model asked again',
    run: fiveTimes,
    finds: [{ at: 7, began: 2, severity: 'medium', type: 'repeated_cycle' }],
  },
  { name: 'finds it while the run still goes on', run: sameCall(4).open(), end: null, finds: [{ at: 7 }] },
  { name: 'is graver the longer it lasts', run: sameCall(12).end(), finds: [{ at: 7, severity: 'high' }] },
  {
    name: 'finds a loop in work that says it is in progress, a little later',
    run: sameCall(5, { status: 'processing' }).end(),
    finds: [{ at: 9 }],
  },
  {
    name: 'finds a cycle of two calls at the end of its third round',
    example: true,
    run: times(3, (run) =>
      run.call('search', { q: 'lamp' }, { result: ['lamp 1'] }).call('open', { n: 1 }, { result: { text: 'a lamp' } }),
    ).end(),
    finds: [{ at: 11, began: 4 }],
  },
  {
    name: 'finds a cycle of five calls',
    run: times(15, (run, i) => run.call('read', { page: i % 5 }, { result: { text: `page ${i % 5}` } })).end(),
    finds: [{ at: 29, began: 10 }],
  },
  {
    name: 'finds two agents that hand the same work to and fro',
    run: pingPong(6, { task: 'refund order 7' }).end(),
    finds: [{ at: 5, began: 2, type: 'repeated_handoffs' }],
  },
  {
    name: 'finds handoffs to and fro without payload where nothing is said',
    run: pingPong(6).end(),
    finds: [{ at: 5, type: 'repeated_handoffs' }],
  },
  {
    name: 'finds a repeated request where tools have no spans',
    run: withoutToolSpans(7, () => '{"status":"shipped"}'),
    finds: [{ at: 5, began: 2, type: 'repeated_requests' }],
  },
  {
    name: 'finds the same long answer to the same input',
    run: times(5, (run) =>
      run.llm({
        text: 'I will now look into the matter and come back to you shortly. '.repeat(2),
        input: [says('user', 'go')],
      }),
    ).end(),
    finds: [{ at: 3, began: 1, severity: 'low', type: 'repeated_text' }],
  },
  {
    name: 'goes on counting a loop that is longer than what is looked back at',
    run: sameCall(90).end(),
    finds: [{ at: 7, severity: 'high' }],
  },
  {
    name: 'finds a loop whose results come back as messages of the user',
    run: times(5, (run, i) =>
      run
        .llm({
          input: [says('user', i === 0 ? 'where is it?' : 'Observation: {"status":"processing"}')],
          calls: [{ name: 'get_order', arguments: { id: 7 } }],
        })
        .tool('get_order', { id: 7 }, { result: { status: 'processing' } }),
    ).end(),
    finds: [{ at: 9, began: 2 }],
  },
  { name: 'lets a call be repeated three times', run: sameCall(3).end(), finds: [] },
  {
    name: 'does not take pages of one query for a loop',
    run: times(8, (run, page) => run.call('list', { page }, { result: { items: [] } })).end(),
    finds: [],
  },
  {
    name: 'does not take polling with progress for a loop',
    run: times(8, (run, i) => run.call('status', { job: 1 }, { result: { progress: i * 10 } })).end(),
    finds: [],
  },
  {
    name: 'takes a loop back when the next result shows that it was polling',
    run: sameCall(6, { state: 'building' })
      .call('get_order', { id: 'A-1042' }, { result: { state: 'built' } })
      .end(),
    finds: [],
  },
  {
    name: 'does not take polling that waits for a loop',
    run: times(6, (run) => run.wait(5_000).call('status', { job: 1 }, { result: { status: 'running' } })).end(),
    finds: [],
  },
  {
    name: 'does not take polling with a waiting tool for a loop',
    run: times(6, (run) =>
      run.call('status', { job: 1 }, { result: { status: 'running' } }).call('sleep', { s: 5 }, { result: 'ok' }),
    ).end(),
    finds: [],
  },
  {
    name: 'does not take scrolling for a loop, whose result is only an acknowledgement',
    run: times(4, (run) => run.call('scroll', { direction: 'down' }, { result: 'ok' })).end(),
    finds: [],
  },
  {
    name: 'leaves the same call failing to retry storms',
    run: times(6, (run) => run.call('charge', { id: 1 }, { error: 'HTTP 503' })).end(),
    finds: [],
  },
  {
    name: 'does not join calls over the turns of a user',
    run: times(6, (run, i) =>
      run
        .llm({ input: [says('user', `question ${i}`)], calls: [{ name: 'get_order', arguments: { id: 7 } }] })
        .tool('get_order', { id: 7 }, { result: ORDER })
        .llm({ text: `answer ${i}` }),
    ).end(),
    finds: [],
  },
  {
    name: 'does not judge calls whose arguments were not captured',
    run: times(6, (run) => run.tool('get_order', undefined, { result: ORDER })).end(),
    finds: [],
  },
  {
    name: 'does not take a supervisor and a writer for a loop whose texts move on',
    run: pingPong(8, undefined, (i) => `Draft ${i}: ${'the lamp shines brightly over the sea. '.repeat(3)}`).end(),
    finds: [],
  },
  {
    name: 'does not take one label for many inputs for a loop',
    run: times(8, (run, i) =>
      run.llm({ text: `{"label":"positive","reason":"${'fine '.repeat(20)}"}`, input: [says('user', `review ${i}`)] }),
    ).end(),
    finds: [],
  },
  {
    name: 'does not take a repeated request whose answers move on for a loop',
    run: withoutToolSpans(7, (i) => `{"progress":${i}}`),
    finds: [],
  },
  {
    name: 'finds the same loop when its steps arrive in another order',
    run: fiveTimes,
    arrival: [8, 9, 1, 0, 5, 3, 2, 4, 7, 6, 10],
    finds: [{ at: 7, began: 2 }],
  },
  {
    name: 'finds ids that are guessed one after the other, none of which there is, from the first on',
    run: lookUp(GUESSED, 'which plan do I have?').llm({ text: 'I could not find your plan.' }).end(),
    finds: [{ at: 9, began: 0, severity: 'medium', type: 'guessed_ids' }],
  },
  {
    name: 'finds the guesses while the run goes on, whatever order they come in',
    run: lookUp(GUESSED, 'which plan do I have?').open(),
    arrival: [11, 0, 9, 1, 2, 7, 10, 3, 8, 4, 6, 5],
    end: null,
    finds: [{ at: 9, began: 0 }],
  },
  {
    name: 'is silent about ids that a user gave, one of which may be right',
    run: lookUp(GUESSED, `I have one of ${GUESSED.join(', ')}`)
      .llm({ text: 'None of them exists.' })
      .end(),
    finds: [],
  },
  {
    name: 'is silent about ids that a result listed',
    run: times(
      6,
      (run, i) => run.call('get_plan', { plan_id: GUESSED[i] }, NONE),
      trace({ agent: 'support' }).llm(asked('is any of mine active?')).call('list_plans', {}, { result: GUESSED }),
    ).end(),
    finds: [],
  },
  {
    name: 'is silent about guesses of which one was found',
    run: lookUp(GUESSED, 'which plan do I have?')
      .call('get_plan', { plan_id: 'P1007' }, { result: { plan_id: 'P1007', name: 'Basic' } })
      .end(),
    finds: [],
  },
  {
    name: 'is silent about a few other spellings of an id',
    run: lookUp(['P1001', 'P-1001', 'P01001', 'PLAN1001'], 'what about plan P1001?').end(),
    finds: [],
  },
  {
    name: 'is silent about days, years and pages that are gone through',
    run: times(
      18,
      (run, i) =>
        run.call('get_schedule', i < 6 ? { date: `2026-03-0${i + 1}` } : i < 12 ? { year: 2000 + i } : { page: i }, {
          error: 'no entries found',
        }),
      trace({ agent: 'support' }).llm(asked('when is a table free?')),
    ).end(),
    finds: [],
  },
  {
    name: 'is silent about lookups that failed for another reason than that there is no such thing',
    run: lookUp(GUESSED, 'which plan do I have?', { error: 'HTTP 503 Service Unavailable' }).end(),
    finds: [],
  },
  {
    name: 'is silent about ids that failed in several turns of a user',
    run: times(
      6,
      (run, i) =>
        run
          .call('get_plan', { plan_id: GUESSED[i] }, NONE)
          .llm({ text: 'I cannot find that one.' })
          .llm(asked(`then try number ${i}`)),
      trace({ agent: 'support' }).llm(asked('which plan do I have?')),
    ).end(),
    finds: [],
  },
  {
    name: 'is silent about ids where no input was captured that might have given them',
    run: times(6, (run, i) => run.tool('get_plan', { plan_id: GUESSED[i] }, NONE), trace({ agent: 'support' })).end(),
    finds: [],
  },
];

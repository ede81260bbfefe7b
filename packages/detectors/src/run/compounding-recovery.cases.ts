import { says, type TraceBuilder, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const DOWN = { error: 'HTTP 503 Service Unavailable' };
const OK = { result: { ok: 1 } };

let asked = 0;

/** A call that the model asks for with words of the trouble. */
const instead = (run: TraceBuilder, name: string, args: unknown, options: object) => {
  const id = `i${asked++}`;
  return run
    .llm({ text: 'That did not work, I try another way.', calls: [{ name, arguments: args, id }] })
    .tool(name, args, { callId: id, ...options });
};

const NOBODY = { error: 'user not found' };

/** Calls that are each made when the user has spoken. */
function inDialogue(...turns: [string, object, object][]): TraceBuilder {
  const run = trace();
  turns.forEach(([name, args, options], i) => {
    run.llm({ text: 'I could not find you. What else can I look for?' });
    run.llm({ input: [says('user', `Try ${JSON.stringify(args)}`)], calls: [{ name, arguments: args, id: `d${i}` }] });
    run.tool(name, args, { callId: `d${i}`, ...options });
  });
  return run;
}

const paying = () => trace().call('pay_by_card', { id: 1 }, DOWN);

export const cases: DetectorCase[] = [
  {
    name: 'a fallback that fails, and a fallback for that, are three levels, found at the first fallback',
    run: instead(instead(paying(), 'pay_by_bank', { iban: 'x' }, DOWN), 'open_ticket', { text: 'help' }, DOWN)
      .llm({ text: 'Sorry, nothing worked.' })
      .end(),
    finds: [{ at: 3, began: 1, severity: 'high', type: 'nested' }],
  },
  {
    name: 'a repair that has to be repaired before the call is made again is three levels',
    example: true,
    run: paying()
      .call('renew_access', { service: 'pay' }, DOWN)
      .call('renew_access', { service: 'pay' }, OK)
      .call('pay_by_card', { id: 1 }, OK)
      .end(),
    finds: [{ at: 3, began: 1, severity: 'medium', type: 'nested' }],
  },
  {
    name: 'failures within attempts nest',
    run: trace()
      .call('load_page', { url: 1 }, DOWN)
      .within(
        'execute_tool load_page',
        (inner) => {
          inner.call('open_browser', { profile: 1 }, { error: 'crash' }).call('open_browser', { profile: 1 }, OK);
        },
        { kind: 'tool', tool: 'load_page', ...loadFields() },
      )
      .end(),
    finds: [{ at: 3, began: 1, type: 'nested' }],
  },
  {
    name: 'the levels are the same when the first failure comes last',
    run: paying()
      .call('renew_access', { service: 'pay' }, DOWN)
      .call('renew_access', { service: 'pay' }, OK)
      .call('pay_by_card', { id: 1 }, OK)
      .end(),
    arrival: [2, 3, 4, 5, 6, 7, 0, 1, 8],
    finds: [{ at: 3, began: 1 }],
  },
  {
    name: 'a run that puts one thing right after the other does little else',
    run: ['a', 'b', 'c', 'd']
      .reduce((run, id) => run.call(`get_${id}x`, { id }, DOWN).call(`get_${id}x`, { id }, OK), trace())
      .end(),
    finds: [{ at: 9, began: 1, severity: 'medium', type: 'following' }],
  },
  {
    name: 'single retries far apart are none',
    run: ['a', 'b', 'c', 'd']
      .reduce(
        (run, id) =>
          run
            .call(`get_${id}x`, { id }, DOWN)
            .call(`get_${id}x`, { id }, OK)
            .call('list_y', { page: id }, OK)
            .call('list_z', { page: id }, OK),
        trace(),
      )
      .end(),
    finds: [],
  },
  {
    name: 'a retry, and another thing that fails and is retried, are two of their own',
    run: paying()
      .call('pay_by_card', { id: 1 }, OK)
      .call('send_mail', { to: 1 }, DOWN)
      .call('send_mail', { to: 1 }, OK)
      .end(),
    finds: [],
  },
  {
    name: 'a failure that nobody minds does not make the next one a recovery of it',
    run: trace()
      .call('get_weather', { id: 1 }, DOWN)
      .call('get_news', { id: 2 }, DOWN)
      .call('get_news', { id: 2 }, OK)
      .end(),
    finds: [],
  },
  {
    name: 'failures with successful work between them are their own',
    run: ['a', 'b', 'c', 'd']
      .reduce(
        (run, id) =>
          run.call(`get_${id}x`, { id }, DOWN).call('list_y', { page: id }, OK).call('list_z', { page: id }, OK),
        trace(),
      )
      .end(),
    finds: [],
  },
  {
    name: 'calls that failed side by side are no recovery of each other',
    run: trace()
      .llm({
        calls: [
          { name: 'get_a', arguments: { id: 1 }, id: 'a' },
          { name: 'get_b', arguments: { id: 2 }, id: 'b' },
          { name: 'get_c', arguments: { id: 3 }, id: 'c' },
        ],
      })
      .tool('get_a', { id: 1 }, { callId: 'a', ...DOWN })
      .tool('get_b', { id: 2 }, { callId: 'b', ...DOWN })
      .tool('get_c', { id: 3 }, { callId: 'c', ...DOWN })
      .end(),
    finds: [],
  },
  {
    name: 'a user who says each time what else to look for recovers by dialogue',
    run: inDialogue(
      ['find_by_email', { email: 'silva@example.com' }, NOBODY],
      ['find_by_name', { name: 'Amelia Silva' }, NOBODY],
      ['find_by_email', { email: 'amelia.silva@example.com' }, OK],
    ).end(),
    finds: [],
  },
  {
    name: 'what an agent tries without its user is its own, also in a dialogue',
    run: instead(
      instead(inDialogue(['find_by_email', { email: 'x' }, NOBODY]), 'find_by_name', { name: 'Silva' }, NOBODY),
      'find_by_name',
      { name: 'Amelia Silva' },
      OK,
    ).end(),
    finds: [{ at: 4, began: 2, type: 'nested' }],
  },
  {
    name: 'one call that fails over and over is a storm, no recovery of a recovery',
    run: Array.from({ length: 6 })
      .reduce<ReturnType<typeof trace>>((run) => run.call('get_a', { id: 1 }, DOWN), trace())
      .end(),
    finds: [],
  },
];

function loadFields() {
  const [, tool] = trace().call('load_page', { url: 1 }).open();
  return {
    toolArguments: tool?.toolArguments ?? '',
    toolArgumentsDigest: tool?.toolArgumentsDigest ?? '',
    toolResult: '{"ok":1}',
    toolResultDigest: '1',
  };
}

import type { Span } from '@spanwise/schemas';
import { says, type TestMessage, type TraceBuilder, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';
import { deskPersonas } from './judged-cases.ts';

const SUPPORT = 'You are a support agent of an online shop. Use the tools; never guess. Today is 2026-01-05.';
const SALES = 'You are a salesperson of premium plans. Praise the plans and never mention refunds.';
const TOOLS = [{ name: 'get_order' }];
const REQUEST = says('user', 'Order A-1042 arrived damaged, what can I do?');
const FIRST = 'I am sorry to hear that, let me see what can be done.';
const SECOND = 'Our premium plan has priority support, shall I sign you up?';

interface Turn {
  system?: string;
  text?: string;
  input?: TestMessage[];
  tools?: { name: string }[];
  span?: Partial<Span>;
}

const turn = (run: TraceBuilder, { system, text, input, tools = TOOLS, span }: Turn): TraceBuilder =>
  run.llm({
    system: system ?? SUPPORT,
    text: text ?? FIRST,
    input: input ?? [REQUEST],
    tools,
    ...(span ? { span } : {}),
  });

const history = (...answers: string[]): TestMessage[] => [REQUEST, ...answers.map((text) => says('assistant', text))];

/** The other answers in the middle of a conversation: spans 0, 1, 2. */
const answers = (second: Turn, root: Partial<Span> = {}): Span[] => {
  const run = turn(trace(), {});
  turn(run, { system: SALES, text: SECOND, input: history(FIRST), ...second });
  return turn(run, { input: history(FIRST, second.text ?? SECOND), text: 'Is there anything else?' }).end(root);
};

const BREAKFAST = says('user', 'Until when is breakfast served in booking HB-7731?');
const COACH = 'Du bist ein Fitnesstrainer. Motiviere zu Kniebeugen und dulde keine Ausreden.';

/** A run of the front desk that goes on with a conversation, unless told otherwise. Spans: inference 0, its call 1, inference 2. */
function desk(system: string, { agent = 'desk', release = '3.1', isNew = false, span = {} as Partial<Span> } = {}) {
  const input = isNew ? [BREAKFAST] : [REQUEST, says('assistant', 'It will be replaced.'), BREAKFAST];
  return trace({ agent })
    .llm({ system, input, tools: TOOLS, calls: [{ name: 'get_order', id: 'c1' }], span: { release, ...span } })
    .tool('get_order', {}, { callId: 'c1', result: 'ok' })
    .llm({ system, input: [...input, says('assistant', 'One moment.')], tools: TOOLS, text: FIRST, span: { release } })
    .end({ release });
}

export const cases: DetectorCase[] = [
  {
    name: 'finds a conversation that goes on, in another run, under instructions that the release never had',
    run: desk(COACH),
    finds: [{ at: 0, began: 0, severity: 'medium', type: 'unlike_other_runs' }],
  },
  {
    name: 'finds it in an answer that needed no call',
    run: trace({ agent: 'desk' })
      .llm({
        system: COACH,
        input: [REQUEST, says('assistant', 'It will be replaced.'), BREAKFAST],
        text: 'Zehn Kniebeugen, dann reden wir.',
        span: { release: '3.1' },
      })
      .end({ release: '3.1' }),
    finds: [{ at: 0, type: 'unlike_other_runs' }],
  },
  {
    name: 'finds it whatever came first',
    run: desk(COACH),
    arrival: [3, 2, 1, 0],
    finds: [{ at: 0, type: 'unlike_other_runs' }],
  },
  {
    name: 'lets a conversation go on under any persona that the release is known to have',
    run: desk(deskPersonas[1].replace('Termin', 'Termin bis 2026-04-01')),
    finds: [],
  },
  {
    name: 'lets a new conversation begin under instructions that are new',
    run: desk(COACH, { isNew: true }),
    finds: [],
  },
  {
    name: 'lets a new release have other instructions',
    run: desk(COACH, { release: '3.2' }),
    finds: [],
  },
  {
    name: 'says nothing of a release of which too few runs are known',
    run: desk(COACH, { agent: 'night_desk' }),
    finds: [],
  },
  {
    name: 'lets a prompt go on under another name or version',
    run: desk(COACH, { span: { attributes: '{"prompt.version":"7"}' } }),
    finds: [],
  },
  {
    name: 'finds an answer in the midst of a conversation that another persona gave',
    example: true,
    run: answers({}),
    finds: [{ at: 1, began: 1, severity: 'medium', type: 'other_instructions' }],
  },
  {
    name: 'finds it when the first persona is seen last',
    run: answers({}),
    arrival: [1, 0, 2, 3],
    finds: [{ at: 1 }],
  },
  {
    name: 'finds a tool that was called under another persona',
    run: turn(trace(), {})
      .llm({ system: SALES, input: history(FIRST), tools: TOOLS, calls: [{ name: 'get_order', id: 'c1' }] })
      .tool('get_order', {}, { callId: 'c1', result: 'ok' })
      .end(),
    end: null,
    finds: [{ at: 1 }],
  },
  {
    name: 'finds it in the last word of the agent',
    run: turn(turn(trace(), {}), { system: SALES, text: SECOND, input: history(FIRST) }).end({
      outputMessages: JSON.stringify([says('assistant', SECOND)]),
    }),
    finds: [{ at: 1 }],
  },
  { name: 'finds nothing while the instructions stay', run: answers({ system: SUPPORT }), finds: [] },
  {
    name: 'lets dates, notes and knowledge change',
    run: answers({ system: `${SUPPORT.replace('01-05', '01-06')} The customer is Ada. Notes: prefers e-mail.` }),
    finds: [],
  },
  {
    name: 'lets a mode of the same role have rules of its own',
    run: answers({ system: 'You are a support agent of an online shop. Escalate to a colleague at once.' }),
    finds: [],
  },
  {
    name: 'lets a configured mode change the instructions',
    run: answers({ span: { attributes: '{"app.agent.mode":"sales"}' } }),
    finds: [],
  },
  {
    name: 'lets a tool of modes change the instructions',
    run: turn(turn(trace(), {}).tool('switch_mode', { to: 'sales' }, { result: 'ok' }), {
      system: SALES,
      text: SECOND,
      input: history(FIRST),
    }).end({ outputMessages: JSON.stringify([says('assistant', SECOND)]) }),
    finds: [],
  },
  {
    name: 'lets every agent have its own instructions',
    run: turn(trace(), {})
      .agent('sales', (run) => turn(run, { system: SALES, text: SECOND, input: history(FIRST) }))
      .llm({ system: SUPPORT, tools: TOOLS, input: history(FIRST, SECOND), text: 'Good bye.' })
      .end(),
    finds: [],
  },
  {
    name: 'lets the nodes of a graph have their own instructions',
    run: trace()
      .within('planner', (run) => turn(run, {}))
      .within('writer', (run) => turn(run, { system: SALES, text: SECOND, input: history(FIRST) }))
      .end({ outputMessages: JSON.stringify([says('assistant', SECOND)]) }),
    finds: [],
  },
  {
    name: 'lets a call without the tools make a title, whatever it is told to be',
    run: turn(turn(trace(), {}), {
      system: 'Write a title of five words for this chat.',
      text: 'Damaged order',
      tools: [],
    }).end(),
    finds: [],
  },
  {
    name: 'lets a critic speak of a draft whose words are not in the conversation',
    run: turn(turn(turn(trace(), {}), { system: SALES, text: SECOND }), {
      input: history(FIRST),
      text: 'Thanks.',
    }).end(),
    finds: [],
  },
  {
    name: 'lets a new release have new instructions',
    run: trace()
      .within('turn', (run) => turn(run, {}), { release: '1.8.2' })
      .within('turn', (run) => turn(run, { system: SALES, text: SECOND, input: history(FIRST) }), { release: '1.9.0' })
      .end({ outputMessages: JSON.stringify([says('assistant', SECOND)]) }),
    finds: [],
  },
];

import type { Span } from '@spanwise/schemas';
import { callFields, says, type TraceBuilder, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const own = (values: Record<string, unknown>): Partial<Span> => ({
  attributes: JSON.stringify(
    Object.fromEntries(Object.entries(values).map(([key, value]) => [`spanwise.${key}`, value])),
  ),
});

type Build = (run: TraceBuilder) => unknown;

/** An agent asks another through a tool and waits for it; what the other does is in between. */
function asks(run: TraceBuilder, to: string, payload: unknown, build: Build): TraceBuilder {
  const tool = `transfer_to_${to}`;
  run.llm({ calls: [{ name: tool, arguments: payload, id: `${to}-${run.open().length}` }] });
  return run.within(
    `execute_tool ${tool}`,
    (inner) =>
      inner.agent(to, (agent) => build(agent), {
        inputMessages: JSON.stringify([says('user', JSON.stringify(payload))]),
      }),
    { kind: 'handoff', handoffTo: to, ...callFields(tool, payload) },
  );
}

const order = { order_id: 'A-1042', amount: 59.9 };
const works: Build = (run) => run.llm({ text: 'Done.' });

/** assistant → billing → assistant, with what each is asked for. */
const there = (first: unknown, back: unknown): Span[] =>
  asks(trace(), 'billing', first, (billing) => asks(billing, 'assistant', back, works)).end();

/** Handoffs after which the other goes on; between them, one does what `between` says. */
function passed(ways: [from: string, to: string, payload?: unknown][], between: Build = () => {}): Span[] {
  const run = trace({ agent: 'team' });
  for (const [from, to, payload] of ways) {
    run.agent(from, (agent) => {
      agent.llm({ calls: [{ name: `transfer_to_${to}`, arguments: payload ?? {} }] });
      between(agent);
      agent.handoff(from, to, payload);
    });
  }
  return run.end();
}

const opinion =
  (agent: string, answer: unknown, round?: number, asked = 'Which tier does the customer get?') =>
  (run: TraceBuilder) =>
    run.agent(agent, (inner) =>
      inner.llm({
        input: [says('user', asked)],
        text: typeof answer === 'string' ? answer : JSON.stringify(answer),
        span: round === undefined ? {} : own({ 'consensus.round': round }),
      }),
    );

/** Each round, both say what they hold: two spans a speaker, the inference first. */
function debate(rounds: [unknown, unknown][], numbered = false): Span[] {
  const run = trace({ agent: 'moderator' });
  rounds.forEach(([one, other], i) => {
    opinion('optimist', one, numbered ? i + 1 : undefined)(run);
    opinion('sceptic', other, numbered ? i + 1 : undefined)(run);
  });
  return run.end();
}

const stuck: [unknown, unknown] = [{ tier: 'gold' }, { tier: 'silver' }];
const times = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value);

const waitsFor = (agent: string, other: string, from: number, ms: number) => (run: TraceBuilder) =>
  run.step(`wait ${agent}`, { agent, ...own({ waits_for: other }), startTime: from, durationNs: ms * 1_000_000 });
const NINE = 1_767_603_600_000_000;

export const cases: DetectorCase[] = [
  {
    name: 'finds an agent that is asked for the very work it is waiting for',
    run: there(order, order),
    finds: [{ at: 3, began: 1, severity: 'medium', type: 'delegation_cycle' }],
  },
  {
    name: 'finds the cycle over three agents, and gives it weight when it failed',
    run: asks(trace(), 'billing', order, (billing) =>
      asks(billing, 'ledger', order, (ledger) =>
        asks(ledger, 'assistant', order, (run) => run.llm({ error: 'deadline exceeded' })),
      ),
    ).end({ failed: true }),
    finds: [{ at: 4, began: 2, severity: 'high' }],
  },
  {
    name: 'finds the same cycle when the outer spans come first',
    run: there(order, order),
    arrival: [7, 6, 5, 4, 3, 2, 1, 0],
    finds: [{ at: 3, began: 1, type: 'delegation_cycle' }],
  },
  {
    name: 'finds a delegation in words like the one it came of',
    run: there('Refund order A-1042, please.', 'refund order A-1042 please'),
    finds: [{ at: 3 }],
  },
  {
    name: 'finds an agent within itself for the third time where tasks were not captured',
    run: trace({ agent: 'planner' })
      .agent('worker', (a) =>
        a.agent('planner', (b) => b.agent('worker', (c) => c.agent('planner', (d) => d.llm({ text: 'hm' })))),
      )
      .end(),
    finds: [{ at: 1, type: 'delegation_cycle' }],
  },
  {
    name: 'lets a recursion get smaller',
    run: there({ sections: ['a', 'b', 'c'] }, { sections: ['b', 'c'] }),
    finds: [],
  },
  {
    name: 'lets an agent ask the one it works for about something else',
    run: there(order, { question: 'May I refund more than 50?' }),
    finds: [],
  },
  {
    name: 'lets an agent be invoked twice, one after the other',
    run: asks(asks(trace(), 'billing', order, works), 'billing', order, works).end(),
    finds: [],
  },
  {
    name: 'does not take the nested spans of one agent for a recursion',
    run: trace()
      .agent('assistant', (run) => run.agent('assistant', (inner) => inner.llm({ text: 'Hello.' })))
      .end(),
    finds: [],
  },
  {
    name: 'finds work that goes round and that nobody does',
    example: true,
    run: passed([
      ['triage', 'billing', order],
      ['billing', 'triage', order],
      ['triage', 'billing', order],
    ]),
    finds: [{ at: 7, began: 3, severity: 'medium', type: 'handed_back' }],
  },
  {
    name: 'finds a round over three agents',
    run: passed([
      ['triage', 'billing', order],
      ['billing', 'ledger', order],
      ['ledger', 'triage', order],
      ['triage', 'billing', order],
    ]),
    finds: [{ at: 10, type: 'handed_back' }],
  },
  {
    name: 'lets work be sent back once',
    run: passed([
      ['triage', 'billing', order],
      ['billing', 'triage', order],
      ['triage', 'ledger', order],
    ]),
    finds: [],
  },
  {
    name: 'lets work go to and fro while something is done',
    run: passed(
      [
        ['triage', 'billing', order],
        ['billing', 'triage', order],
        ['triage', 'billing', order],
      ],
      (run) => run.tool('look_up', { at: run.open().length }, { result: { found: run.open().length } }),
    ),
    finds: [],
  },
  {
    name: 'lets agents hand back with something new',
    run: passed([
      ['triage', 'billing', order],
      ['billing', 'triage', { ...order, note: 'needs the receipt' }],
      ['triage', 'billing', { ...order, receipt: 'R-7' }],
      ['billing', 'triage', { ...order, note: 'needs the date' }],
    ]),
    finds: [],
  },
  {
    name: 'says nothing of handoffs whose payload was not captured',
    run: passed([
      ['triage', 'billing'],
      ['billing', 'triage'],
      ['triage', 'billing'],
    ]),
    finds: [],
  },
  {
    name: 'finds two agents that wait for each other',
    run: waitsFor('b', 'a', NINE + 5_000, 900)(waitsFor('a', 'b', NINE, 1_000)(trace())).end(),
    finds: [{ at: 1, began: 0, severity: 'high', type: 'waiting_cycle' }],
  },
  {
    name: 'lets agents wait for each other one after the other',
    run: waitsFor('b', 'a', NINE + 1_100_000, 900)(waitsFor('a', 'b', NINE, 1_000)(trace())).end(),
    finds: [],
  },
  {
    name: 'finds four rounds in which both hold what they held',
    run: debate(times(4, stuck)),
    finds: [{ at: 14, began: 0, severity: 'medium', type: 'no_agreement' }],
  },
  {
    name: 'finds eight rounds to be more than four, by their numbers',
    run: debate(times(8, ['Vote: approve', 'Vote: reject']), true),
    finds: [{ at: 14, began: 0, severity: 'high', type: 'no_agreement' }],
  },
  {
    name: 'finds rounds that only the question counts',
    run: (() => {
      const run = trace({ agent: 'moderator' });
      for (let i = 1; i <= 4; i++) {
        for (const [speaker, tier] of [
          ['optimist', 'gold'],
          ['sceptic', 'silver'],
        ] as const)
          opinion(speaker, { tier }, undefined, `Round ${i}: which tier does customer C-77 get?`)(run);
      }
      return run.end();
    })(),
    finds: [{ at: 14, began: 0, type: 'no_agreement' }],
  },
  {
    name: 'lets two agents differ on one thing after another',
    run: (() => {
      const run = trace({ agent: 'moderator' });
      for (let i = 1; i <= 5; i++) {
        for (const [speaker, tier] of [
          ['optimist', 'gold'],
          ['sceptic', 'silver'],
        ] as const)
          opinion(speaker, { tier }, undefined, `Which tier does customer C-10${i} get?`)(run);
      }
      return run.end();
    })(),
    finds: [],
  },
  { name: 'gives a debate three rounds', run: debate(times(3, stuck)), finds: [] },
  {
    name: 'lets a debate come to an agreement, however late',
    run: debate([...times(5, stuck), [{ tier: 'gold' }, { tier: 'gold' }]]),
    finds: [],
  },
  {
    name: 'lets numbers approach each other',
    run: debate([
      [{ price: 100 }, { price: 200 }],
      [{ price: 110 }, { price: 180 }],
      [{ price: 120 }, { price: 160 }],
      [{ price: 130 }, { price: 150 }],
      [{ price: 135 }, { price: 145 }],
    ]),
    finds: [],
  },
  {
    name: 'says nothing of a debate in prose',
    run: debate(times(5, ['I would still give gold.', 'Silver has to do.'])),
    finds: [],
  },
];

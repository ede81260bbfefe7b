import type { Span } from '@spanwise/schemas';
import { says, type TestMessage, type TraceBuilder, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

/** Five things that must not get lost. */
export const REQUEST =
  'Order A-1042 of 59.90 EUR, bought on 2026-01-02 by customer C-77, arrived damaged. Refund it, but do not cancel the subscription.';
const WHOLE =
  'Refund 59.9 for A-1042 (January 2, 2026), customer C-77. Keep the subscription: it must not be cancelled.';

const AGENTS = ['triage', 'billing', 'ledger', 'audit'];
const tools = (keys: Partial<Record<'keys' | 'critical_keys', string[]>>): Partial<Span> => ({
  attributes: JSON.stringify(
    Object.fromEntries(Object.entries(keys).map(([key, names]) => [`spanwise.context.${key}`, names])),
  ),
});

/** Agents that each begin with a text and hand over to another, if any. Spans 3k inference, 3k + 1 handoff, 3k + 2 agent. */
function passes(...turns: (readonly [agent: string, next: string, text: string])[]): Span[] {
  const run = trace({ agent: 'team' });
  for (const [agent, next, text] of turns) {
    run.agent(agent, (inner) => {
      inner.llm({
        input: [says('user', text)],
        ...(next === '' ? {} : { calls: [{ name: `transfer_to_${next}` }] }),
      });
      if (next !== '') inner.handoff(agent, next);
    });
  }
  return run.end();
}

/** Each agent hands over to the next, which begins with the next text. */
export const pipeline = (...texts: string[]): Span[] =>
  passes(
    ...texts.map((text, i) => [AGENTS[i] ?? '', i < texts.length - 1 ? (AGENTS[i + 1] ?? '') : '', text] as const),
  );

/** An agent asks another for a part, which asks a third. */
function delegated(...texts: string[]): Span[] {
  const into = (run: TraceBuilder, i: number): void => {
    run.llm({ input: [says('user', texts[i] ?? '')], text: 'Let me ask.' });
    if (i === texts.length - 1) return;
    run.agent(AGENTS[i + 1] ?? '', (inner) => into(inner, i + 1));
  };
  const run = trace({ agent: 'triage' });
  into(run, 0);
  return run.end();
}

const payload = (from: string, to: string, fields: unknown) => (run: TraceBuilder) =>
  run.agent(from, (inner) => inner.llm({ calls: [{ name: `transfer_to_${to}` }] }).handoff(from, to, fields));

const chain = (...links: ((run: TraceBuilder) => TraceBuilder)[]): Span[] =>
  links.reduce((run, link) => link(run), trace({ agent: 'team' })).end();

const history: TestMessage[] = [says('user', REQUEST), says('assistant', 'Billing will see to it.')];

export const cases: DetectorCase[] = [
  {
    name: 'finds the handoff after which less than half is left, and where the loss began',
    example: true,
    run: pipeline(REQUEST, 'Refund 59.90 for A-1042 of 2026-01-02, do not cancel the subscription.', 'Refund A-1042.'),
    finds: [{ at: 4, began: 0, severity: 'medium', type: 'worn_down' }],
  },
  {
    name: 'finds that a rule was lost on which a conversation of some turns had come',
    run: trace({ agent: 'desk' })
      .agent('desk', (desk) =>
        desk
          .llm({
            input: [
              says('user', 'Ist Gleis 4 am 2026-03-02 gesperrt?'),
              says('assistant', 'Ja, bis 18:00.'),
              says('user', 'Move train IC-2204 to platform 11 on 2026-03-09, and never stop it at Bergheim.'),
            ],
            calls: [{ name: 'transfer_to_yard' }],
          })
          .handoff('desk', 'yard'),
      )
      .agent('yard', (yard) => yard.llm({ input: [says('user', 'Please see to train IC-2204.')] }))
      .end(),
    finds: [{ at: 1, began: 0, severity: 'medium', type: 'rule_lost' }],
  },
  {
    name: 'lets the receiver have the whole of a conversation of some turns',
    run: (() => {
      const said: TestMessage[] = [
        says('user', 'Ist Gleis 4 am 2026-03-02 gesperrt?'),
        says('assistant', 'Ja, bis 18:00.'),
        says('user', 'Move train IC-2204 to platform 11 on 2026-03-09, and never stop it at Bergheim.'),
      ];
      return trace({ agent: 'desk' })
        .agent('desk', (desk) =>
          desk.llm({ input: said, calls: [{ name: 'transfer_to_yard' }] }).handoff('desk', 'yard'),
        )
        .agent('yard', (yard) => yard.llm({ input: [...said, says('user', 'Go on.')] }))
        .end();
    })(),
    finds: [],
  },
  {
    name: 'does not hold what earlier turns were about to be lost',
    run: trace({ agent: 'desk' })
      .agent('desk', (desk) =>
        desk
          .llm({
            input: [
              says('user', REQUEST),
              says('assistant', 'Done: A-1042 is refunded.'),
              says('user', 'Thanks. Please book seat 14C on flight LH-881.'),
            ],
            calls: [{ name: 'transfer_to_flights' }],
          })
          .handoff('desk', 'flights'),
      )
      .agent('flights', (one) => one.llm({ input: [says('user', 'Book seat 14C, LH-881.')] }))
      .end(),
    finds: [],
  },
  {
    name: 'says that it began where a value was lost, not where a rule went on in another language',
    run: pipeline(
      REQUEST,
      'Bestellung A-1042, 59.90 EUR, 2026-01-02, Kunde C-77: Erstattung; das Abo nicht kündigen.',
      'Erstattung A-1042.',
    ),
    finds: [{ at: 4, began: 3, type: 'worn_down' }],
  },
  {
    name: 'finds it once in a chain that goes on',
    run: pipeline(REQUEST, REQUEST, 'Refund A-1042.', 'Do the refund.'),
    finds: [{ at: 4, began: 3 }],
  },
  {
    name: 'finds once what is handed to and fro',
    run: passes(
      ['triage', 'billing', REQUEST],
      ['billing', 'triage', 'Refund A-1042.'],
      ['triage', 'billing', REQUEST],
      ['billing', '', 'Refund A-1042.'],
    ),
    finds: [{ at: 1, began: 0 }],
  },
  {
    name: 'finds it when the receiver is seen before the handoff',
    run: pipeline(REQUEST, WHOLE, 'Refund A-1042.'),
    arrival: [6, 4, 3, 0, 1, 2, 5, 7, 8],
    finds: [{ at: 4, began: 3 }],
  },
  {
    name: 'gives little weight to what is lost on the way down to a part of the work',
    run: delegated(REQUEST, WHOLE, 'Is A-1042 damaged?'),
    finds: [{ at: 3, severity: 'low', type: 'worn_down' }],
  },
  {
    name: 'finds a share that is rarely undercut where it is known what is normal',
    run: pipeline(REQUEST, WHOLE).map((span) => ({
      ...span,
      handoffFrom: span.kind === 'handoff' ? 'known' : '',
      agent: span.agent === 'triage' ? 'known' : span.agent,
    })),
    finds: [],
  },
  {
    name: 'finds less than normal after a single handoff',
    run: pipeline(REQUEST, 'Refund A-1042.').map((span) => ({
      ...span,
      agent: span.agent === 'triage' ? 'known' : span.agent,
      handoffFrom: span.kind === 'handoff' ? 'known' : '',
    })),
    finds: [{ at: 1, began: 0, severity: 'medium', type: 'below_normal' }],
  },
  {
    name: 'lets one item of two be lost where most survive as a rule: of so few, one more or less is chance',
    run: pipeline('Refund 59.90 for A-1042.', 'Refund A-1042.').map((span) => ({
      ...span,
      agent: span.agent === 'triage' ? 'known' : span.agent,
      handoffFrom: span.kind === 'handoff' ? 'known' : '',
    })),
    finds: [],
  },
  {
    name: 'finds that a rule was lost where some handoffs of the pair had lost as much, and most had not',
    run: pipeline(REQUEST, 'Refund A-1042.').map((span) => ({
      ...span,
      agent: span.agent === 'triage' ? 'lax' : span.agent,
      handoffFrom: span.kind === 'handoff' ? 'lax' : '',
    })),
    finds: [{ at: 1, began: 0, severity: 'medium', type: 'rule_lost' }],
  },
  {
    name: 'lets it be lost where one handoff of the pair in five loses as much and ends well',
    run: pipeline(REQUEST, 'Refund A-1042.').map((span) => ({
      ...span,
      agent: span.agent === 'triage' ? 'brief' : span.agent,
      handoffFrom: span.kind === 'handoff' ? 'brief' : '',
    })),
    finds: [],
  },
  {
    name: 'finds a critical key that the next payload does not have any more',
    run: chain(
      payload('triage', 'billing', { order_id: 'A-1', consent: true }),
      payload('billing', 'ledger', { order_id: 'A-1' }),
    ),
    finds: [{ at: 4, began: 3, severity: 'high', type: 'critical_key_lost' }],
  },
  {
    name: 'finds a critical key that the span of the context does not list any more',
    run: trace({ agent: 'team' })
      .agent('triage', (run) =>
        run
          .llm({ span: tools({ keys: ['orderId', 'limit', 'tone'], critical_keys: ['limit'] }) })
          .handoff('triage', 'billing'),
      )
      .agent('billing', (run) => run.llm({ text: 'Done.', span: tools({ keys: ['order_id'] }) }))
      .end(),
    finds: [{ at: 1, began: 0, severity: 'high', type: 'critical_key_lost' }],
  },
  {
    name: 'finds who takes over without what must not be done, and without most of the rest',
    run: pipeline(REQUEST, 'Please take care of this case. order id A-1042'),
    finds: [{ at: 1, began: 0, severity: 'medium', type: 'rule_lost' }],
  },
  {
    name: 'lets who takes over do without values, where the rules are told',
    run: pipeline(REQUEST, 'Take care of A-1042; the subscription must not be cancelled.'),
    finds: [],
  },
  { name: 'lets a summary say it in other words', run: pipeline(REQUEST, WHOLE, WHOLE), finds: [] },
  {
    name: 'lets what is not critical be left out',
    run: chain(
      payload('triage', 'billing', { consent: true, tone: 'kind' }),
      payload('billing', 'ledger', { consent: true }),
    ),
    finds: [],
  },
  {
    name: 'takes a conversation that is passed on as a whole for no loss',
    run: trace({ agent: 'team' })
      .agent('triage', (run) =>
        run.llm({ input: [says('user', REQUEST)], text: 'x' }).handoff('triage', 'billing', { note: 'refund' }),
      )
      .agent('billing', (run) =>
        run.llm({ input: history, text: 'x' }).handoff('billing', 'ledger', { note: 'refund' }),
      )
      .agent('ledger', (run) => run.llm({ input: [...history, says('user', 'go on')], text: 'x' }))
      .end(),
    finds: [],
  },
  { name: 'lets one agent ask another for a part', run: delegated(REQUEST, 'Is A-1042 damaged?'), finds: [] },
  {
    name: 'needs more than a few values to speak of a share',
    run: pipeline('Refund A-1042.', 'Refund it.', 'Refund.'),
    finds: [],
  },
  {
    name: 'says nothing where the receiver’s input was not captured',
    run: pipeline(REQUEST, '', ''),
    finds: [],
  },
];

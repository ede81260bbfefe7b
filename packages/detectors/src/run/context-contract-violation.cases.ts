import type { Span } from '@spanwise/schemas';
import { callFields, says, type TraceBuilder, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const good = { order_id: 'A-1042', amount: 59.9, reason: 'damaged' };
const missing = { order_id: 'A-1042', amount: 59.9 };

const asked = (tool: string, payload: unknown): string =>
  JSON.stringify([{ role: 'assistant', parts: [{ type: 'tool_call', id: 'h1', name: tool, arguments: payload }] }]);

/** Triage asks its model, then the refunds agent works within the tool that hands over. Spans: 0 inference, 1 inner, 2 agent, 3 handoff. */
export function delegation(payload: unknown, tool = 'transfer_to_refunds_agent', input?: string): Span[] {
  const run = trace({ agent: 'triage-agent' });
  run.llm({ calls: [{ name: tool, arguments: payload, id: 'h1' }] });
  return run
    .within(
      `execute_tool ${tool}`,
      (inner) =>
        inner.agent('refunds-agent', (agent) => agent.llm({ text: 'Done.' }), {
          inputMessages: input === undefined ? '' : JSON.stringify([says('user', input)]),
        }),
      { kind: 'handoff', handoffTo: 'refunds_agent', toolCallId: 'h1', ...callFields(tool, payload) },
    )
    .end();
}

/** Control passes over; the payload is only in what the model asked for. Spans: 0 inference, 1 handoff. */
const passing = (payload: unknown, to = 'refunds_agent', from = 'triage'): Span[] =>
  trace({ agent: from })
    .llm({ span: { outputMessages: asked(`transfer_to_${to}`, payload) } })
    .step(`handoff to ${to}`, { kind: 'handoff', handoffFrom: from, handoffTo: to })
    .end();

const passOn = (run: TraceBuilder, payload: unknown): TraceBuilder =>
  run
    .llm({ span: { outputMessages: asked('transfer_to_refunds_agent', payload) } })
    .step('handoff to refunds_agent', { kind: 'handoff', handoffFrom: 'triage', handoffTo: 'refunds_agent' });

/** An agent within an agent, without a handoff of its own. Spans: 0 inference, 1 inner agent. */
const nested = (input: string): Span[] =>
  trace({ agent: 'triage' })
    .agent('RefundsAgent', (run: TraceBuilder) => run.llm({ text: 'Done.' }), {
      inputMessages: JSON.stringify([says('user', input)]),
    })
    .end();

/** The tool that hands over, as it is offered to the model. Spans: 0 inference, 1 handoff. */
export const offered = (payload: unknown, parameters: object, to = 'billing', from = 'triage'): Span[] =>
  trace({ agent: from })
    .llm({
      calls: [{ name: `transfer_to_${to}`, arguments: payload, id: 'h1' }],
      tools: [{ name: `transfer_to_${to}`, parameters }],
    })
    .handoff(from, to, payload, { span: { tool: `transfer_to_${to}`, toolCallId: 'h1' } })
    .end();

const transfer = {
  type: 'object',
  properties: { account: { type: 'string' }, amount: { type: 'number' }, currency: { type: ['string', 'null'] } },
  required: ['account', 'amount'],
};

export const cases: DetectorCase[] = [
  {
    name: 'finds a field missing that the contract requires, in the arguments of the handoff',
    example: true,
    run: delegation(missing),
    finds: [{ at: 3, began: 0, severity: 'high', type: 'declared_contract' }],
  },
  {
    name: 'finds it in what the model asked for, where the handoff has no payload of its own',
    run: passing(missing),
    end: null,
    finds: [{ at: 1, began: 0, severity: 'high', type: 'declared_contract' }],
  },
  {
    name: 'finds it in the words with which an agent invokes another',
    run: nested(`Refund request: ${JSON.stringify(missing)}`),
    finds: [{ at: 1, severity: 'high' }],
  },
  { name: 'finds it in an object within the arguments', run: delegation({ input: missing }), finds: [{ at: 3 }] },
  {
    name: 'finds it when the handoff comes before what asked for it',
    run: passing(missing),
    arrival: [1, 0, 2],
    finds: [{ at: 1, began: 0 }],
  },
  {
    name: 'finds a required field that is empty',
    run: delegation({ ...good, reason: ' ' }),
    finds: [{ at: 3, severity: 'high' }],
  },
  {
    name: 'finds a required field that is null',
    run: delegation({ ...good, reason: null }),
    finds: [{ at: 3, severity: 'high' }],
  },
  {
    name: 'finds a field of another type',
    run: delegation({ ...good, reason: ['damaged'] }),
    finds: [{ at: 3, severity: 'medium' }],
  },
  {
    name: 'finds a value that breaks a rule',
    run: delegation({ ...good, amount: -1 }),
    finds: [{ at: 3, severity: 'medium' }],
  },
  {
    name: 'gives a number as text little weight',
    run: delegation({ ...good, amount: '59.90' }),
    finds: [{ at: 3, severity: 'low' }],
  },
  {
    name: 'finds a field missing that handoffs of this pair always had',
    run: passing({ account: 'K-7', amount: 3 }, 'ledger'),
    finds: [{ at: 1, began: 0, severity: 'medium', type: 'learned_contract' }],
  },
  {
    name: 'tells once of a payload that is handed over again and again',
    run: [missing, missing, missing].reduce((run, payload) => passOn(run, payload), trace({ agent: 'triage' })).end(),
    finds: [{ at: 1, began: 0 }],
  },
  {
    name: 'tells of each payload that lacks the same',
    run: [missing, { ...missing, order_id: 'A-7' }]
      .reduce((run, payload) => passOn(run, payload), trace({ agent: 'triage' }))
      .end(),
    finds: [{ at: 1 }, { at: 3 }],
  },
  { name: 'finds nothing in a handoff that keeps the contract', run: delegation(good), finds: [] },
  { name: 'lets optional fields be missing or null', run: delegation({ ...good, note: null }), finds: [] },
  { name: 'lets a payload carry more than the contract asks for', run: passing({ ...good, ticket: 7 }), finds: [] },
  {
    name: 'says nothing of a handoff that names its target and nothing else',
    run: delegation({ agent_name: 'refunds_agent' }, 'transfer_to_agent'),
    finds: [],
  },
  { name: 'says nothing of a handoff in prose', run: delegation({ task: 'Refund order A-1042, please.' }), finds: [] },
  { name: 'says nothing of a handoff without payload', run: passing(undefined), finds: [] },
  {
    name: 'takes the arguments for the payload, not the words made of them',
    run: delegation(good, undefined, `Refund request: ${JSON.stringify(missing)}`),
    finds: [],
  },
  { name: 'has no contract for another agent', run: passing(missing, 'billing'), finds: [] },
  {
    name: 'has learned nothing of another pair',
    run: passing({ account: 'K-7', amount: 3 }, 'ledger', 'planner'),
    finds: [],
  },
  {
    name: 'lets a payload be of another form than the one learned',
    run: passing({ question: 'What is the balance?', account: 'K-7' }, 'ledger'),
    finds: [],
  },
  {
    name: 'finds an argument missing that the tool which hands over requires by its own definition',
    run: offered({ account: 'K-7' }, transfer),
    finds: [{ at: 1, began: 0, severity: 'high', type: 'offered_schema' }],
  },
  {
    name: 'finds that nothing at all is handed over though something is required',
    run: offered({}, transfer),
    finds: [{ at: 1, began: 0, type: 'offered_schema' }],
  },
  {
    name: 'finds an argument of another type than the definition has, when the handoff comes first',
    run: offered({ account: ['K-7'], amount: 3 }, transfer),
    arrival: [1, 0, 2],
    finds: [{ at: 1, began: 0, severity: 'medium', type: 'offered_schema' }],
  },
  {
    name: 'lets arguments be null, or left out, that the definition allows to be',
    run: offered(
      { account: 'K-7', amount: 3, currency: null },
      { ...transfer, required: ['account', 'amount', 'currency'] },
    ),
    finds: [],
  },
  {
    name: 'gives little weight to an argument that the definition declares optional, and that the pair always had',
    run: offered({ account: 'K-7', amount: 3 }, transfer, 'ledger'),
    finds: [{ at: 1, began: 0, severity: 'low', type: 'learned_contract' }],
  },
  {
    name: 'lets an argument be left out that the definition declares optional, where the pair is not known',
    run: offered({ account: 'K-7', amount: 3 }, transfer),
    finds: [],
  },
  {
    name: 'says nothing of a definition that does not say what is required',
    run: offered({ account: 'K-7' }, { type: 'object', properties: transfer.properties }),
    finds: [],
  },
  {
    name: 'lets a text be empty in a call: models write it for what they leave out',
    run: offered({ account: '', amount: 3 }, transfer),
    finds: [],
  },
];

import { says, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const user = (text: string) => [says('user', text)];
const ASKED = user('Please refund order #W2378156, 149.50 euros. It came on 2026-03-12.');
const ORDER = { order_id: '#W2378156' };
const FOUND = { order_id: '#W2378156', customer_id: 'C-88123', total: 149.5, shipped: '2026-03-05' };

const begun = () =>
  trace()
    .llm({ input: ASKED, calls: [{ name: 'get_order', arguments: ORDER, id: 'c1' }] })
    .tool('get_order', ORDER, { callId: 'c1', result: FOUND });

/** A run that asks for one more call, whose input is only what is new. */
const then = (name: string, args: Record<string, unknown>, input = [says('tool', JSON.stringify(FOUND))]) =>
  begun()
    .llm({ input, calls: [{ name, arguments: args, id: 'c2' }] })
    .tool(name, args, { callId: 'c2', result: { ok: 1 } })
    .end();

const repeated = [
  ...ASKED,
  { role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 'get_order', arguments: ORDER }] },
  { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: FOUND }] },
];

export const cases: DetectorCase[] = [
  {
    name: 'an order id with two digits swapped is a slip, of the inference that asked',
    example: true,
    run: then('issue_refund', { order_id: '#W2378165' }),
    finds: [{ at: 3, began: 2, severity: 'high', type: 'slip' }],
  },
  {
    name: 'a slip is found in an input that repeats the conversation',
    run: then('issue_refund', { order_id: '#W2378165' }, repeated),
    finds: [{ at: 3, began: 2, severity: 'high', type: 'slip' }],
  },
  {
    name: 'a customer id that nothing contains, of the form of those that were given, is an invention',
    run: then('get_customer', { customer_id: 'C-40417' }),
    finds: [{ at: 3, began: 2, severity: 'medium', type: 'invention' }],
  },
  {
    name: 'an amount with its digits swapped is a slip',
    run: then('issue_refund', { order_id: '#W2378156', amount: 194.5 }),
    finds: [{ at: 3, began: 2, severity: 'high', type: 'slip' }],
  },
  {
    name: 'day and month swapped are a slip',
    run: then('issue_refund', { order_id: '#W2378156', arrived: '2026-12-03' }),
    finds: [{ at: 3, began: 2, type: 'slip' }],
  },
  {
    name: 'an amount that nothing gives, and that follows from nothing, is an invention where instructions are seen',
    run: paying('Pay what was agreed.'),
    finds: [{ at: 1, began: 0, severity: 'medium', type: 'invention' }],
  },
  { name: 'an amount may stand in instructions that were not captured', run: paying(undefined), finds: [] },
  { name: 'an amount that stands in the instructions is given', run: paying('Each gets 417.35 euros.'), finds: [] },
  {
    name: 'a slip is told at the inference while the call has not come',
    run: then('issue_refund', { order_id: '#W2378165' }).slice(0, 3),
    end: null,
    finds: [{ at: 2, began: 2 }],
  },
  {
    name: 'a slip that is used again is found once, where it was used first',
    run: begun()
      .llm({
        input: [says('tool', '{}')],
        calls: [{ name: 'hold_order', arguments: { order_id: '#W2378165' }, id: 'c2' }],
      })
      .tool('hold_order', { order_id: '#W2378165' }, { callId: 'c2', result: { error: 'no such order' } })
      .llm({
        input: [says('tool', '{}')],
        calls: [{ name: 'issue_refund', arguments: { order_id: '#W2378165' }, id: 'c3' }],
      })
      .tool('issue_refund', { order_id: '#W2378165' }, { callId: 'c3', result: 'ok' })
      .end(),
    finds: [{ at: 3, began: 2 }],
  },
  {
    name: 'the call that comes before the inference that asked is found all the same',
    run: then('issue_refund', { order_id: '#W2378165' }),
    arrival: [0, 1, 3, 2, 4],
    finds: [{ at: 3, began: 2 }],
  },
  {
    name: 'what a result gives that comes late is taken back',
    run: then('get_customer', { customer_id: 'C-88123', order_id: '#W2378156' }),
    arrival: [0, 2, 3, 1, 4],
    finds: [],
  },
  {
    name: 'what a result gives only after the call does not ground it',
    run: begun()
      .llm({
        input: [says('tool', '{}')],
        calls: [{ name: 'issue_refund', arguments: { order_id: '#W2378165' }, id: 'c2' }],
      })
      .tool(
        'issue_refund',
        { order_id: '#W2378165' },
        { callId: 'c2', result: { order_id: '#W2378165', state: 'refunded' } },
      )
      .end(),
    finds: [{ at: 3, began: 2 }],
  },
  {
    name: 'values of the user and of results are grounded, however they are written',
    run: then('issue_refund', { order_id: 'W2378156', customer: 'c-88123', amount: '149.50', date: '2026-03-05' }),
    finds: [],
  },
  {
    name: 'an order number to which the agent puts its letters is grounded',
    run: withWords('My order is 2378156'),
    finds: [],
  },
  {
    name: 'a date said in words is grounded',
    run: trace()
      .llm({
        input: user('Book it for May 20th'),
        calls: [{ name: 'book_room', arguments: { day: '2026-05-20' }, id: 'c' }],
      })
      .tool('book_room', { day: '2026-05-20' }, { callId: 'c', result: 'ok' })
      .end(),
    finds: [],
  },
  {
    name: 'a date that follows by rule from another is none',
    run: then('schedule_pickup', { order_id: '#W2378156', day: '2026-03-13', until: '2026-03-19' }),
    finds: [],
  },
  {
    name: 'a sum, a share and a difference are computed',
    run: then('issue_refund', { order_id: '#W2378156', amount: 74.75 }, [says('tool', 'half of it: 50 percent')]),
    finds: [],
  },
  {
    name: 'the id of what the call makes is its own to give',
    run: then('create_ticket', { ticket_id: 'W2378157', order_id: '#W2378156' }),
    finds: [],
  },
  {
    name: 'keys, names, queries and limits are the own choice of a call',
    run: then('search', { idempotency_key: 'W2378157', query: 'W2378157', limit: 194.5, page_size: 195 }),
    finds: [],
  },
  {
    name: 'an id of another form may be known from elsewhere',
    run: then('get_store', { store_id: 'berlin-1-main' }),
    finds: [],
  },
  {
    name: 'ids that are tried one after the other are a search',
    run: ['W2378157', 'W2378158', 'W2378159']
      .reduce(
        (run, order_id, i) =>
          run.llm({
            input: [says('tool', '{}')],
            calls: [{ name: 'get_order', arguments: { order_id }, id: `t${i}` }],
          }),
        begun(),
      )
      .end(),
    finds: [],
  },
  {
    name: 'an id from the system instructions or the definitions of tools is given',
    run: trace()
      .llm({
        input: user('Refund order W2378156'),
        system: 'Refunds go to queue W2378157.',
        tools: [{ name: 'refund', parameters: { type: 'object', properties: { desk: { enum: ['W2378158'] } } } }],
        calls: [{ name: 'refund', arguments: { queue_id: 'W2378157', desk: 'W2378158' }, id: 'c' }],
      })
      .end(),
    finds: [],
  },
  {
    name: 'nothing is said where the input was not captured',
    run: trace()
      .llm({ calls: [{ name: 'get_order', arguments: { order_id: 'W2378165' }, id: 'c' }] })
      .tool('get_order', { order_id: 'W2378165' }, { callId: 'c', result: { order_id: 'W2378156' } })
      .end(),
    finds: [],
  },
  {
    name: 'nothing is said of what may stand in a result that was cut',
    run: trace()
      .llm({ input: ASKED, calls: [{ name: 'list_orders', arguments: {}, id: 'c1' }] })
      .tool(
        'list_orders',
        {},
        { callId: 'c1', result: Array.from({ length: 400 }, (_, i) => ({ order_id: `#W99${i}0000`, total: i })) },
      )
      .llm({
        input: [says('tool', '…')],
        calls: [{ name: 'issue_refund', arguments: { order_id: '#W2378165' }, id: 'c2' }],
      })
      .end(),
    finds: [],
  },
  {
    name: 'the day of another year is a slip, though it is only looked up',
    run: lookingUp('2025-09-28'),
    finds: [{ at: 1, began: 0, severity: 'medium', type: 'slip' }],
  },
  {
    name: 'a day that is looked up beside that of another year is compared with it',
    run: lookingUp('2025-09-28', '2026-09-28'),
    finds: [],
  },
  { name: 'another day of the month that is looked up is tried', run: lookingUp('2026-09-21'), finds: [] },
  {
    name: 'a day that lies as far from another as was said is reckoned, though its digits are swapped',
    run: trace()
      .llm({
        input: user('Remind me 30 days after 2026-07-08.'),
        calls: [{ name: 'set_reminder', arguments: { day: '2026-08-07' }, id: 'c' }],
      })
      .tool('set_reminder', { day: '2026-08-07' }, { callId: 'c', result: { ok: 1 } })
      .end(),
    finds: [],
  },
  {
    name: 'an action for another day than all calls before it had for the same thing is a slip',
    run: reporting('close_books', '2026-03-19'),
    finds: [{ at: 5, began: 4, severity: 'high', type: 'slip' }],
  },
  {
    name: 'so is one before all other calls, by a name that has the name of the thing within it',
    run: trace()
      .llm({
        input: user('Load sessions for 2026-03-17.'),
        calls: [{ name: 'start_job', arguments: { job: 'load_sessions', day: '2026-03-12' }, id: 'c1' }],
      })
      .tool('start_job', { job: 'load_sessions', day: '2026-03-12' }, { callId: 'c1', result: { ok: 1 } })
      .call('verify_rows', { table: 'sessions', day: '2026-03-17' }, { result: { ok: 1 } })
      .call('publish_rows', { table: 'sessions', day: '2026-03-17' }, { result: { ok: 1 } })
      .end(),
    finds: [{ at: 1, began: 0, severity: 'high', type: 'slip' }],
  },
  {
    name: 'a lookup of another day than all other calls, and not of theirs, is a slip',
    run: reporting('get_sales', '2026-03-11'),
    finds: [{ at: 5, began: 4, severity: 'medium', type: 'slip' }],
  },
  {
    name: 'a lookup of their day and another one compares them',
    run: reporting('get_sales', '2026-03-11', '2026-03-17'),
    finds: [],
  },
  { name: 'the first of the month follows by habit', run: reporting('get_sales', '2026-03-01'), finds: [] },
  {
    name: 'the same day of the next week, and the day after, follow by habit',
    run: reporting('close_books', '2026-03-24', '2026-03-18'),
    finds: [],
  },
  {
    name: 'a tool that is called for one day after the other goes on',
    run: reporting('count_till', '2026-03-19'),
    finds: [],
  },
  {
    name: 'another price than another agent found for the very thing is a slip',
    run: booking(290.5),
    finds: [{ at: 5, began: 4, severity: 'high', type: 'slip' }],
  },
  {
    name: 'a part of what is on a card is paid with it',
    run: trace()
      .llm({ input: user('Pay with my card.'), calls: [{ name: 'ask_scout', arguments: {}, id: 'c1' }] })
      .agent('scout', (run) =>
        run.call('get_card', { card_id: 'gc-3024' }, { result: { card_id: 'gc-3024', amount: 500 } }),
      )
      .llm({
        input: [says('tool', 'gc-3024')],
        calls: [{ name: 'pay_with_card', arguments: { card_id: 'gc-3024', amount: 348 }, id: 'c2' }],
      })
      .end(),
    finds: [],
  },
  { name: 'the price of three of them is no other one', run: booking(777), finds: [] },
  { name: 'a price with what was said to come on top is computed', run: booking(284), finds: [] },
  {
    name: 'a lookup of another day than the one that is said in the same breath is a slip',
    run: saying('I look for trains on 2026-08-12.', 'find_trains', { day: '2026-08-17' }),
    finds: [{ at: 1, began: 0, severity: 'medium', type: 'slip' }],
  },
  {
    name: 'an amount other than the one that is said in the same breath is a slip',
    run: saying('I pay 770 EUR to Ada.', 'pay_out', { payee: 'Ada', amount_eur: 847 }),
    finds: [{ at: 1, began: 0, severity: 'high', type: 'slip' }],
  },
  ...[
    'I look for trains on the Monday after 2026-08-12.',
    'None on 2026-08-12: I try 2026-08-17.',
    'Next week, then, as 2026-08-12 is taken.',
    'I look for trains.',
    'I look for trains on 2026-08-14.',
  ].map(
    (text): DetectorCase => ({
      name: `another day is none where the model says "${text}"`,
      run: saying(text, 'find_trains', { day: '2026-08-17' }),
      finds: [],
    }),
  ),
  {
    name: 'the day after the one that is said is none',
    run: saying('I look for trains on 2026-08-12.', 'find_trains', { day: '2026-08-13' }),
    finds: [],
  },
  ...(
    [
      ['I pay the 770 EUR with tax.', 847],
      ['I pay some 770 EUR.', 773.4],
      ['I pay 770 EUR for the three.', 2310],
      ['Of 770 EUR I pay this part.', 385],
      ['I pay 770 points.', 847],
    ] as const
  ).map(
    ([text, amount_eur]): DetectorCase => ({
      name: `an amount of ${amount_eur} is none where the model says "${text}"`,
      run: saying(text, 'pay_out', { payee: 'Ada', amount_eur }),
      finds: [],
    }),
  ),
];

function withWords(text: string) {
  return trace()
    .llm({ input: user(text), calls: [{ name: 'get_order', arguments: { order_id: '#W2378156' }, id: 'c' }] })
    .tool('get_order', { order_id: '#W2378156' }, { callId: 'c', result: FOUND })
    .end();
}

function paying(system: string | undefined) {
  const args = { amount: 417.35 };
  return trace()
    .llm({
      input: user('Pay order W2378156.'),
      ...(system === undefined ? {} : { system }),
      calls: [{ name: 'pay_out', arguments: args, id: 'c' }],
    })
    .tool('pay_out', args, { callId: 'c', result: { ok: 1 } })
    .end();
}

function lookingUp(...days: string[]) {
  const run = trace();
  for (const [i, day] of days.entries())
    run
      .llm({
        input: i === 0 ? user('How full is the pool on 2026-09-28?') : [says('tool', '{}')],
        calls: [{ name: 'get_bookings', arguments: { day }, id: `c${i}` }],
      })
      .tool('get_bookings', { day }, { callId: `c${i}`, result: { lanes: 4 } });
  return run.end();
}

/** A shop is closed for 2026-03-17, a Tuesday: its till is counted, its safe locked, and then something done for other days. */
function reporting(tool: string, ...days: string[]) {
  const day = '2026-03-17';
  const run = trace()
    .llm({
      input: user(`Close shop east for ${day}.`),
      calls: [{ name: 'count_till', arguments: { shop: 'east', day }, id: 'c1' }],
    })
    .tool('count_till', { shop: 'east', day }, { callId: 'c1', result: { ok: 1 } })
    .llm({ input: [says('tool', '{}')], calls: [{ name: 'lock_safe', arguments: { shop: 'east', day }, id: 'c2' }] })
    .tool('lock_safe', { shop: 'east', day }, { callId: 'c2', result: { ok: 1 } });
  for (const [i, other] of days.entries())
    run
      .llm({
        input: [says('tool', '{}')],
        calls: [{ name: tool, arguments: { shop: 'east', day: other }, id: `d${i}` }],
      })
      .tool(tool, { shop: 'east', day: other }, { callId: `d${i}`, result: { ok: 1 } });
  return run.end();
}

/** One agent finds what a ferry costs, another one books it. */
function booking(price: number) {
  const args = { ferry_id: 'FE-3024', price_eur: price };
  return trace()
    .llm({
      input: user('Book me the ferry to Rhodes. A cabin is 25 more.'),
      calls: [{ name: 'ask_scout', arguments: {}, id: 'c1' }],
    })
    .agent('scout', (run) =>
      run.call('get_ferry', { ferry_id: 'FE-3024' }, { result: { ferry_id: 'FE-3024', price_eur: 259 } }),
    )
    .llm({ input: [says('tool', 'FE-3024 is it')], calls: [{ name: 'book_ferry', arguments: args, id: 'c2' }] })
    .tool('book_ferry', args, { callId: 'c2', result: { ok: 1 } })
    .end();
}

/** A call, and what the model says with it. */
function saying(text: string, name: string, args: Record<string, unknown>) {
  return trace()
    .llm({
      input: user('Ada gets 770 EUR or points, and I travel on 2026-08-12.'),
      text,
      calls: [{ name, arguments: args, id: 'c' }],
    })
    .tool(name, args, { callId: 'c', result: { done: true } })
    .end();
}

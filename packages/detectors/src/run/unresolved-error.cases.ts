import type { Span } from '@spanwise/schemas';
import { callFields, says, type TraceBuilder, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const DOWN = { error: 'order service timed out after 3000 ms', errorType: 'TimeoutError' };
const ID = { order_id: 'A-1042' };
const ORDER = { result: { order_id: 'A-1042', status: 'delivered' } };
const FAILED = { failed: true, status: 'error' as const, errorMessage: 'order service timed out after 3000 ms' };

const failed = (): TraceBuilder => trace().call('get_order', ID, DOWN);

/** A call that was tried so often in vain, each time with a request of its own that failed. */
function storm(attempts: number): TraceBuilder {
  const run = trace();
  for (let i = 0; i < attempts; i++) {
    run.within('execute_tool get_order', (t) => t.step('GET /orders', FAILED), {
      kind: 'tool',
      ...callFields('get_order', ID),
      ...FAILED,
    });
  }
  return run.llm({ text: 'I am sorry, the order service is unavailable.' });
}

/** An agent does without a lookup that failed, and says so. */
const hinted = (agent: string, tool: string): Span[] =>
  trace({ agent })
    .call(tool, { place: 'Graz' }, DOWN)
    .llm({ text: 'Your tour is booked. (I could not look everything up.)' })
    .end();

const MOVED = { result: { booking_id: 'B-2071', day: '2026-03-06' } };

/** An agent of which nothing is known moves a booking, and then looks something up that fails. */
const moved = (asked: string, lookup: (run: TraceBuilder) => TraceBuilder, answer: string): Span[] =>
  lookup(
    trace({ agent: 'stranger' })
      .llm({
        input: [says('user', asked)],
        calls: [{ name: 'move_booking', arguments: { booking_id: 'B-2071' }, id: 'm' }],
      })
      .tool('move_booking', { booking_id: 'B-2071' }, { callId: 'm', ...MOVED }),
  )
    .llm({ text: answer })
    .end();

/** Two bookings that were asked for at once; one of them fails. */
function bookedTwice(
  one: object,
  other: object,
  failing: 0 | 1 = 0,
  error = 'validation error: payment_id required',
): Span[] {
  const both = [one, other].map((more) => ({ flight: 'HAT289', day: '2026-05-26', from: 'ORD', to: 'PHL', ...more }));
  const run = trace().llm({ calls: both.map((args, i) => ({ name: 'book', arguments: args, id: `b${i}` })) });
  both.forEach((args, i) => {
    run.tool('book', args, { callId: `b${i}`, ...(i === failing ? { error } : { result: { booking: 'B-7' } }) });
  });
  return run.llm({ text: 'It is booked.' }).end();
}

const FRIDAY = 'Move booking B-2071 to Friday.';
const traffic = (run: TraceBuilder): TraceBuilder => run.call('get_traffic', { road: 'A9' }, DOWN);

export const cases: DetectorCase[] = [
  {
    name: 'finds a failed tool whose run completed as if it had answered, when the root ends',
    run: failed().llm({ text: 'It was delivered yesterday.' }).end(),
    end: null,
    finds: [{ at: 1, began: 1, severity: 'high', type: 'never_obtained' }],
  },
  {
    name: 'says nothing while the run goes on',
    run: failed().llm({ text: 'One moment.' }).open(),
    end: null,
    finds: [],
  },
  {
    name: 'finds one error where tool, node and root show one exception',
    run: trace()
      .llm({ calls: [{ name: 'get_order', arguments: ID, id: 'a' }] })
      .within('tools', (t) => t.tool('get_order', ID, { callId: 'a', ...DOWN }), FAILED)
      .end(FAILED),
    finds: [{ at: 1, began: 1, severity: 'high', type: 'run_failed' }],
  },
  {
    name: 'finds one error where the root that died of it arrived before all it encloses',
    run: trace()
      .llm({ calls: [{ name: 'get_order', arguments: ID, id: 'a' }] })
      .within('tools', (t) => t.tool('get_order', ID, { callId: 'a', ...DOWN }), FAILED)
      .end(FAILED),
    arrival: [3, 2, 1, 0],
    finds: [{ at: 1, began: 1, severity: 'high', type: 'run_failed' }],
  },
  {
    name: 'finds the tool of a run that died though its root says nothing of it',
    run: trace({ agent: 'workflow' })
      .agent('support', (t) => t.call('get_order', ID, DOWN), FAILED)
      .end(),
    finds: [{ at: 1, type: 'run_failed', severity: 'high' }],
  },
  {
    name: 'shows the tool and began at the request inside it',
    run: trace()
      .within('execute_tool get_order', (t) => t.step('GET /orders', { failed: true, errorMessage: 'HTTP 503' }), {
        kind: 'tool',
        tool: 'get_order',
        ...FAILED,
      })
      .llm({ text: 'It was delivered.' })
      .end(),
    finds: [{ at: 1, began: 0 }],
  },
  {
    name: 'is of medium severity where the user was told',
    run: failed().llm({ text: 'I am sorry, the order service is unavailable.' }).end(),
    finds: [{ at: 1, severity: 'medium' }],
  },
  {
    name: 'is of low severity where the call broke a rule and the user was told',
    run: trace()
      .call('cancel_order', ID, { error: 'non-pending order cannot be cancelled' })
      .llm({ text: 'This order cannot be cancelled.' })
      .end(),
    finds: [{ at: 1, began: 0, severity: 'low' }],
  },
  {
    name: 'finds one error after attempts that all failed, at the first',
    example: true,
    run: failed().call('get_order', ID, DOWN).call('get_order', ID, DOWN).llm({ text: 'It was delivered.' }).end(),
    finds: [{ at: 1 }],
  },
  {
    name: 'finds a model that could not answer',
    run: trace()
      .llm({ error: 'Rate limit reached' })
      .end({ failed: true, status: 'error', errorMessage: 'Rate limit reached' }),
    finds: [{ at: 0, type: 'run_failed' }],
  },
  {
    name: 'says nothing where a second attempt succeeded',
    run: failed().call('get_order', ID, ORDER).end(),
    finds: [],
  },
  {
    name: 'says nothing where the attempt that succeeded arrives last',
    run: failed().call('get_order', ID, ORDER).end(),
    arrival: [0, 1, 4, 2, 3],
    finds: [],
  },
  {
    name: 'says nothing where another tool met the need',
    run: trace()
      .call('find_user_by_email', { email: 'x@example.org' }, { error: 'user not found' })
      .call('find_user_by_name', { name: 'Yusuf' }, { result: 'yusuf_1' })
      .llm({ text: 'Hello Yusuf.' })
      .end(),
    finds: [],
  },
  {
    name: 'says nothing of a call that was asked for in two forms at once, of which the tool took the other',
    run: bookedTwice(
      { payments: [{ id: 'c-93', kind: 'voucher' }] },
      { payments: [{ payment_id: 'c-93', amount: 161 }] },
    ),
    finds: [],
  },
  {
    name: 'says nothing of it where the form that the tool took came first',
    run: bookedTwice(
      { payments: [{ payment_id: 'c-93', amount: 161 }] },
      { payments: [{ id: 'c-93', kind: 'voucher' }] },
      1,
    ),
    finds: [],
  },
  {
    name: 'finds a call whose neighbour did the same for someone else',
    run: bookedTwice({ passenger: 'p-1', payment: 'c-93' }, { passenger: 'p-2', payment: 'c-93' }),
    finds: [{ at: 1, began: 0, severity: 'high' }],
  },
  {
    name: 'finds a call that a rule forbade, whatever its neighbour was given',
    run: bookedTwice({ class: 'eco' }, { seat: 'aisle' }, 0, 'not enough seats on HAT289'),
    finds: [{ at: 1, began: 0, severity: 'high' }],
  },
  {
    name: 'says nothing of a part that failed inside a tool which came to a good end',
    run: trace()
      .within('execute_tool get_order', (t) => t.step('GET /orders', { failed: true }), {
        kind: 'tool',
        tool: 'get_order',
      })
      .end(),
    finds: [],
  },
  {
    name: 'says nothing of a failed span that is no operation of the agent',
    run: trace().step('flush metrics', { failed: true, errorMessage: 'refused' }).llm({ text: 'Hello.' }).end(),
    finds: [],
  },
  {
    name: 'leaves an error that was masked to masked_tool_error',
    run: trace()
      .call('issue_refund', ID, { result: { success: false } })
      .llm({ text: 'Your refund was issued.' })
      .end(),
    finds: [],
  },
  {
    name: 'is silent where spans are missing from the run',
    run: failed().step('late', { parentSpanId: 'ffffffffffffffff' }).llm({ text: 'It was delivered.' }).end(),
    finds: [],
  },
  {
    name: 'says nothing of a clean run',
    run: trace().call('get_order', ID, ORDER).llm({ text: 'Delivered.' }).end(),
    finds: [],
  },
  {
    name: 'finds one error after attempts that each show the failure of their own request',
    run: storm(4).end(),
    finds: [{ at: 1, began: 0, severity: 'medium' }],
  },
  {
    name: 'finds one error where the root arrives before the attempts, and tools before their requests',
    run: storm(3).end(),
    arrival: [7, 5, 4, 3, 2, 1, 0, 6],
    finds: [{ at: 1, began: 0, severity: 'medium' }],
  },
  {
    name: 'finds one error after more attempts than it follows',
    run: storm(90).end(),
    finds: [{ at: 1, began: 0, severity: 'medium' }],
  },
  {
    name: 'finds what a call about the same thing did not obtain',
    run: trace()
      .call('get_payment', ID, DOWN)
      .call('check_policy', { order_id: 'A-1042', reason: 'late' }, { result: { allowed: true } })
      .llm({ text: 'It is allowed, and was paid by card.' })
      .end(),
    finds: [{ at: 1, severity: 'high' }],
  },
  {
    name: 'says nothing where the next call did what was asked of a tool that does not exist',
    run: trace()
      .call('execute_action', { order_id: 'A-1042', reason: 'late' }, { error: "tool 'execute_action' not found" })
      .call('check_policy', { order_id: 'A-1042', reason: 'late' }, { result: { allowed: true } })
      .llm({ text: 'It is allowed.' })
      .end(),
    finds: [],
  },
  {
    name: 'says nothing of a failed lookup whose results runs of the agent do without',
    run: hinted('guide', 'get_weather_hint'),
    finds: [],
  },
  {
    name: 'says nothing of it of an agent of which too few runs are known, where runs of all agents do without',
    run: hinted('newcomer', 'get_weather_hint'),
    finds: [],
  },
  {
    name: 'finds a failed lookup that the agent relies on, though others do without',
    run: hinted('skipper', 'get_weather_hint'),
    finds: [{ at: 1, severity: 'medium' }],
  },
  {
    name: 'finds a failed lookup whose results are used now and then',
    run: hinted('guide', 'get_opening_hours'),
    finds: [{ at: 1, severity: 'medium' }],
  },
  {
    name: 'finds a failed lookup that all runs make, though nobody repeats its results',
    run: hinted('guide', 'get_guest'),
    finds: [{ at: 1, severity: 'medium' }],
  },
  {
    name: 'finds a failed lookup that the run ended in, though runs do without',
    run: trace({ agent: 'guide' }).call('get_weather_hint', { place: 'Graz' }, DOWN).end(FAILED),
    finds: [{ at: 1, severity: 'high', type: 'run_failed' }],
  },
  {
    name: 'says nothing of an error that says that what was wanted holds already',
    run: trace()
      .call('resume_line', { line_id: 'L-1002' }, { error: 'Line must be suspended to resume' })
      .llm({ text: 'Your line is active.' })
      .end(),
    finds: [],
  },
  {
    name: 'says nothing of a call whose answer was lost and which had worked, as the next attempt says',
    run: trace()
      .call('cancel_order', ID, { error: 'timed out after 3000 ms' })
      .call('cancel_order', ID, { error: 'HTTP 409: order A-1042 is already cancelled' })
      .llm({ text: 'Your order is cancelled.' })
      .end(),
    finds: [],
  },
  {
    name: 'says nothing of it in another language, or in red',
    run: trace()
      .call('cancel_order', ID, { error: '\x1b[31mDie Bestellung wurde bereits storniert\x1b[0m' })
      .llm({ text: 'Ihre Bestellung ist storniert.' })
      .end(),
    finds: [],
  },
  {
    name: 'finds what could not be made because there is one already',
    run: trace()
      .call('create_account', { email: 'x@example.org' }, { error: 'account already exists' })
      .llm({ text: 'Your account is ready.' })
      .end(),
    finds: [{ at: 1 }],
  },
  {
    name: 'finds what could not be done any more',
    run: trace()
      .call('cancel_order', ID, { error: 'order has already been shipped' })
      .llm({ text: 'Your order is cancelled.' })
      .end(),
    finds: [{ at: 1 }],
  },
  {
    name: 'finds the error that the run ended in, though it says that what was wanted holds already',
    run: trace()
      .call('cancel_order', ID, { error: 'already cancelled' })
      .end({ failed: true, status: 'error', errorMessage: 'already cancelled' }),
    finds: [{ at: 1, type: 'run_failed' }],
  },
  {
    name: 'says nothing of a lookup that nobody had asked for, where the agent said so beside what it had done',
    run: moved(FRIDAY, traffic, 'Booking B-2071 is on 2026-03-06 now. (Traffic is not available.)'),
    finds: [],
  },
  {
    name: 'says nothing of it where what the answer tells of arrives last',
    run: moved(FRIDAY, traffic, 'Booking B-2071 is on 2026-03-06 now. (Traffic is not available.)'),
    arrival: [0, 3, 4, 2, 1, 5],
    finds: [],
  },
  {
    name: 'finds it where the answer tells of nothing else',
    run: moved(FRIDAY, traffic, 'I am sorry, the traffic on the A9 is not available.'),
    finds: [{ at: 3, severity: 'medium' }],
  },
  {
    name: 'finds it where the agent did not speak of it',
    run: moved(FRIDAY, traffic, 'Booking B-2071 is on 2026-03-06 now.'),
    finds: [{ at: 3, severity: 'high' }],
  },
  {
    name: 'finds it where the user had named what it was about, and no other call was about that',
    run: moved(
      'Move booking B-2071 to Friday. Is flight OS-451 on time?',
      (run) => run.call('get_flight', { flight: 'OS-451' }, DOWN),
      'Booking B-2071 is on 2026-03-06 now. The status of OS-451 is not available.',
    ),
    finds: [{ at: 3, severity: 'medium' }],
  },
  {
    name: 'finds it where that lookup had a result for something else',
    run: moved(
      FRIDAY,
      (run) =>
        run
          .call('get_traffic', { road: 'A1' }, { result: { delay: '12 min' } })
          .call('get_traffic', { road: 'A9' }, DOWN),
      'Booking B-2071 is on 2026-03-06 now; the A1 is slow, the A9 could not be looked up.',
    ),
    finds: [{ at: 5, severity: 'medium' }],
  },
];

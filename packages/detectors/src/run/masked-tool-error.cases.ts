import { says, type TraceBuilder, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const DECLINED = { success: false, error: 'payment gateway declined: card_expired', order_id: 'A-1042' };
const ORDER = { order_id: 'A-1042', status: 'delivered' };
const REFUND = { order_id: 'A-1042', amount: 59.9 };
const DONE = 'Your refund of 59.90 EUR for order A-1042 has been issued.';

/** An order is looked up and refunded; spans 0–3, the refund's tool at 3. */
const refund = (result: unknown): TraceBuilder =>
  trace().call('get_order', { order_id: 'A-1042' }, { result: ORDER }).call('issue_refund', REFUND, { result });

const masked = refund(DECLINED).llm({ text: DONE }).end();

const hit = (name: string, result: unknown): DetectorCase => ({
  name: `finds ${name} that the answer takes for success`,
  run: refund(result).llm({ text: 'All done, the money is on its way.' }).end(),
  finds: [{ at: 3, severity: 'high', type: 'error_in_result' }],
});

const lawful = (name: string, tool: string, result: unknown): DetectorCase => ({
  name: `says nothing of ${name}`,
  run: trace().call(tool, { query: 'checkout' }, { result }).llm({ text: 'Here is what I found.' }).end(),
  finds: [],
});

export const cases: DetectorCase[] = [
  {
    name: 'finds a refund that was declined and reported as issued, at its tool',
    example: true,
    run: masked,
    finds: [{ at: 3, began: 3, severity: 'high', type: 'error_in_result' }],
  },
  {
    name: 'finds it as soon as the answer is given, before the run ends',
    run: refund(DECLINED).llm({ text: DONE }).open(),
    end: null,
    finds: [{ at: 3 }],
  },
  hit('an error in red letters', '\x1b[1;31mError:\x1b[0m card expired'),
  { name: 'decides nothing before somebody went on', run: refund(DECLINED).open(), end: null, finds: [] },
  {
    name: 'finds it where the answer arrives before the tool',
    run: masked,
    arrival: [0, 1, 2, 4, 3, 5],
    finds: [{ at: 3 }],
  },
  {
    name: 'finds it where the texts of the model were not captured, with less weight on the reaction',
    run: refund(DECLINED).llm({}).end(),
    finds: [{ at: 3, began: 3 }],
  },
  {
    name: 'finds it in a workflow without any model',
    run: trace()
      .tool('charge_card', REFUND, { result: DECLINED })
      .tool('send_receipt', { to: 'x@example.org' }, { result: { ok: true } })
      .end(),
    finds: [{ at: 0 }],
  },
  {
    name: 'finds an action that failed and was passed over for the next one',
    run: refund(DECLINED)
      .call('send_email', { to: 'x@example.org' }, { result: { sent: true } })
      .llm({ text: DONE })
      .end(),
    finds: [{ at: 3 }],
  },
  {
    name: 'begins at the inference where the error says that its arguments were at fault',
    run: refund({
      isError: true,
      content: [{ type: 'text', text: 'amount must be positive' }],
      message: 'amount must be positive',
    })
      .llm({ text: DONE })
      .end(),
    finds: [{ at: 3, began: 2 }],
  },
  {
    name: 'finds it below a polite apology for something else',
    run: refund(DECLINED)
      .llm({ text: "Sorry for the inconvenience! I've refunded 59.90 EUR. Anything else I can help with?" })
      .end(),
    finds: [{ at: 3 }],
  },
  hit('isError', { isError: true, content: [{ type: 'text', text: 'upstream is gone' }] }),
  hit('ok: false', { ok: false, reason: 'limit' }),
  hit('success: 0', { success: 0 }),
  hit('an error object', { error: { code: 'E42', message: 'ledger is locked' } }),
  hit('an HTTP status of 503', { statusCode: 503, body: 'Service Unavailable' }),
  hit(
    'a traceback',
    'Traceback (most recent call last):\n  File "/app/pay.py", line 3, in pay\n    raise Locked()\nLocked: ledger',
  ),
  hit('an exception in one line', 'TimeoutError: no answer after 3000 ms'),
  hit('an HTTP error line', 'HTTP 503 Service Unavailable'),
  hit('an error message of a framework', 'Error executing tool issue_refund: connection reset'),

  lawful('a log search that is full of errors', 'search_logs', {
    matches: 2,
    lines: ['2026-01-05 ERROR TimeoutError: checkout', '2026-01-05 ERROR HTTP 503 from pay'],
  }),
  lawful('log lines as plain text', 'read_file', 'ERROR: a\nERROR: b\n2026-01-05 ERROR: c\n2026-01-05 INFO ok'),
  lawful('documentation about errors', 'search_docs', {
    title: 'Error handling',
    text: 'Error: 404 means that the page was not found. "success": false is returned when …',
  }),
  lawful('a count of no errors', 'run_tests', { error_count: 0, errors: [], status: 'passed' }),
  lawful('words that say that all is well', 'check_file', 'No errors found'),
  lawful('an empty list', 'list_invoices', []),
  lawful('an empty result set', 'find_orders', { results: [], total: 0 }),
  lawful('an order whose status is failed', 'get_payment', { id: 'P-7', status: 'failed', amount: 3 }),
  lawful('an error field that is null', 'get_order', { id: 1, error: null, success: true }),
  lawful('a code that is no HTTP status', 'get_product', {
    code: 404,
    name: 'Lamp',
    price: 20,
    stock: 3,
    colour: 'red',
  }),
  lawful('an incident record', 'get_error_report', {
    id: 'E-1',
    error: 'card_expired',
    at: '2026-01-05',
    resolved: true,
  }),

  {
    name: 'says nothing where the call was tried again and succeeded',
    run: refund(DECLINED)
      .call('issue_refund', REFUND, { result: { success: true } })
      .llm({ text: DONE })
      .end(),
    finds: [],
  },
  {
    name: 'says nothing where the user was told of the failure',
    run: refund(DECLINED).llm({ text: 'I could not issue the refund: the card has expired.' }).end(),
    finds: [],
  },
  {
    name: 'says nothing where the user was told in another language',
    run: refund(DECLINED).llm({ text: 'Leider konnte die Erstattung nicht ausgeführt werden.' }).end(),
    finds: [],
  },
  {
    name: 'says nothing where the user was asked for something else',
    run: refund(DECLINED).llm({ text: 'Which other card shall I use?' }).end(),
    finds: [],
  },
  {
    name: 'says nothing where another tool met the same need',
    run: trace()
      .call('search_flights_direct', { from: 'JFK', to: 'SEA' }, { result: { error: 'upstream gone' } })
      .call('search_flights_onestop', { from: 'JFK', to: 'SEA' }, { result: [{ flight: 'HAT1' }] })
      .llm({ text: 'There is a flight with one stop.' })
      .end(),
    finds: [],
  },
  {
    name: 'leaves a failure that the status admits to unresolved_error',
    run: trace().call('issue_refund', REFUND, { error: 'declined', result: DECLINED }).llm({ text: DONE }).end(),
    finds: [],
  },
  {
    name: 'says nothing while the answer of another agent is all that was heard',
    run: trace({ agent: 'lead' })
      .agent('payer', (t) =>
        t.call('issue_refund', REFUND, { result: DECLINED }).llm({ text: 'The refund failed: card expired.' }),
      )
      .llm({ text: 'Done.', input: [says('user', 'refund please')] })
      .end(),
    finds: [],
  },
  {
    name: 'finds it where the model asks what its own next call is to find out',
    run: refund(DECLINED)
      .llm({ text: 'Is the mail out?', calls: [{ name: 'list_mails', arguments: { to: 'x@example.org' }, id: 'm' }] })
      .tool('list_mails', { to: 'x@example.org' }, { result: [{ id: 7 }], callId: 'm' })
      .llm({ text: DONE })
      .end(),
    finds: [{ at: 3 }],
  },
  {
    name: 'says nothing of an error that says that what was wanted holds already',
    run: trace()
      .call('cancel_order', { order_id: 'A-1042' }, { result: { success: false, error: 'order is already cancelled' } })
      .llm({ text: 'Your order A-1042 is cancelled.' })
      .end(),
    finds: [],
  },
];

import { says, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const ASKED = [says('user', 'Please refund order A-1042 and B-2001.')];
const ORDER = { order_id: 'A-1042' };
const FOUND = { order_id: 'A-1042', total: 152.4, tracking: 'TX-99812' };
const NEW = [says('tool', '{}')];

const found = (result: unknown = FOUND, tool = 'get_order') =>
  trace()
    .llm({ input: ASKED, calls: [{ name: tool, arguments: ORDER, id: 'c1' }] })
    .tool(tool, ORDER, { callId: 'c1', result });

const then = (name: string, args: unknown, run = found()) =>
  run
    .llm({ input: NEW, calls: [{ name, arguments: args, id: 'c2' }] })
    .tool(name, args, { callId: 'c2', result: { ok: 1 } });

const denied = (result: unknown, tool = 'check_refund', name = 'issue_refund', args: unknown = ORDER) =>
  then(name, args, found(result, tool)).end();

/** A refund that was refused, and what its tool says of it. */
const refunded = (result: unknown, refusal: unknown = REFUSAL) =>
  found(refusal, 'check_refund')
    .llm({ input: NEW, calls: [{ name: 'issue_refund', arguments: ORDER, id: 'c2' }] })
    .tool('issue_refund', ORDER, { callId: 'c2', result });

const REFUSAL = { order_id: 'A-1042', eligible: false };
const ISSUED = { refund_id: 'R-9', status: 'issued' };

export const cases: DetectorCase[] = [
  {
    name: 'money that went though the call before had refused it is critical',
    example: true,
    run: refunded(ISSUED).end(),
    finds: [{ at: 3, began: 2, severity: 'critical', type: 'went_ahead' }],
  },
  {
    name: 'a refund that only waits for its approval is not critical',
    run: refunded({ refund_id: 'R-9', status: 'pending_approval' }).end(),
    finds: [{ at: 3, severity: 'high' }],
  },
  {
    name: 'a refund that the agent took back is not critical',
    run: refunded(ISSUED)
      .call('reverse_refund', { refund_id: 'R-9' }, { result: { ok: true } })
      .end(),
    finds: [{ at: 3, severity: 'high' }],
  },
  {
    name: 'a no that is about something else than permission is not critical to go against',
    run: refunded(ISSUED, { order_id: 'A-1042', active: false }).end(),
    finds: [{ at: 3, severity: 'high' }],
  },
  {
    name: 'an argument with another value for the field of a result is one that was misread',
    run: then('issue_refund', { order_id: 'A-1042', total: 520.15 }).end(),
    finds: [{ at: 3, began: 2, severity: 'high', type: 'other_value' }],
  },
  {
    name: 'a structured answer with a slip of a result is one that was misread',
    run: found().llm({ input: NEW, text: '{"order_id":"A-1042","total":154.2}' }).end(),
    finds: [{ at: 2, began: 2, severity: 'medium', type: 'other_value' }],
  },
  {
    name: 'an answer in words with a slip of a result is one that was misread',
    run: found().llm({ input: NEW, text: 'Your order came to 125.40 euros.' }).end(),
    finds: [{ at: 2, began: 2, severity: 'medium', type: 'other_words' }],
  },
  {
    name: 'going ahead after a no is found at the action, and began where the no was read',
    run: denied({ order_id: 'A-1042', eligible: false }),
    finds: [{ at: 3, began: 2, severity: 'high', type: 'went_ahead' }],
  },
  {
    name: 'a decision in words is a no as well',
    run: denied({ decision: 'denied' }),
    finds: [{ at: 3, began: 2, type: 'went_ahead' }],
  },
  {
    name: 'ordering what is out of stock is going ahead after a no',
    run: denied({ sku: 'A-1042', stock: 0 }, 'check_stock', 'place_order', { sku: 'A-1042', quantity: 1 }),
    finds: [{ at: 3, began: 2, type: 'went_ahead' }],
  },
  {
    name: 'a no about an order is one about its payment',
    run: then(
      'refund_payment',
      { payment_id: 'pay-77' },
      found({ order_id: 'A-1042', payment_id: 'pay-77' }, 'get_payment').call('check_policy', ORDER, {
        result: { order_id: 'A-1042', allowed: false },
      }),
    ).end(),
    finds: [{ at: 5, began: 4, type: 'went_ahead' }],
  },
  {
    name: 'another id of the form that the field had is one that was misread',
    run: then('get_invoice', { order_id: 'A-7777' }).end(),
    finds: [{ at: 3, began: 2, severity: 'medium', type: 'other_value' }],
  },
  {
    name: 'what another agent was told is not misread by this one',
    run: trace()
      .agent('triage', (run) => run.call('get_order', ORDER, { result: FOUND }))
      .agent('refunds', (run) =>
        run.llm({ input: NEW, calls: [{ name: 'get_invoice', arguments: { order_id: 'A-7777' }, id: 'c' }] }),
      )
      .end(),
    finds: [],
  },
  {
    name: 'telling of success after the action answered no is found at the answer',
    run: then('issue_refund', ORDER, trace())
      .llm({ input: NEW, text: 'x' })
      .call('pay_out', ORDER, { result: { status: 'declined' } })
      .llm({ input: NEW, text: 'Good news: your refund has been processed.' })
      .end(),
    finds: [{ at: 5, began: 5, severity: 'high', type: 'told_success' }],
  },
  {
    name: 'the no that comes after the action it forbade is found all the same',
    run: denied({ order_id: 'A-1042', eligible: false }),
    arrival: [0, 2, 3, 1, 4],
    finds: [{ at: 3, began: 2 }],
  },
  {
    name: 'a result that comes late shows that a value was misread',
    run: then('issue_refund', { order_id: 'A-1042', total: 520.15 }).end(),
    arrival: [0, 2, 3, 1, 4],
    finds: [{ at: 3, began: 2 }],
  },
  {
    name: 'a later result supersedes the first',
    run: found()
      .call('recalculate_order', ORDER, { result: { order_id: 'A-1042', total: 140.1 } })
      .llm({ input: NEW, calls: [{ name: 'issue_refund', arguments: { order_id: 'A-1042', total: 140.1 }, id: 'c3' }] })
      .end(),
    finds: [],
  },
  {
    name: 'a yes after the no clears the way',
    run: then(
      'issue_refund',
      ORDER,
      found({ order_id: 'A-1042', eligible: false }, 'check_refund').call('check_refund', ORDER, {
        result: { order_id: 'A-1042', eligible: true },
      }),
    ).end(),
    finds: [],
  },
  {
    name: 'another thing that is taken instead is none',
    run: denied({ sku: 'A-1042', stock: 0 }, 'check_stock', 'place_order', { sku: 'B-2001' }),
    finds: [],
  },
  {
    name: 'refusing, telling and passing on are what is done about a no',
    run: then(
      'escalate_refund',
      ORDER,
      then('notify_customer', ORDER, then('reject_refund', ORDER, found({ eligible: false }, 'check_refund'))),
    ).end(),
    finds: [],
  },
  {
    name: 'the user may decide otherwise after a no',
    run: found({ order_id: 'A-1042', eligible: false }, 'check_refund')
      .llm({ input: NEW, text: 'It is not eligible.' })
      .llm({
        input: [says('user', 'A manager has approved it.')],
        calls: [{ name: 'issue_refund', arguments: ORDER, id: 'c2' }],
      })
      .tool('issue_refund', ORDER, { callId: 'c2', result: { ok: 1 } })
      .end(),
    finds: [],
  },
  {
    name: 'a no about something else is none',
    run: denied({ order_id: 'A-1042', can_expedite: false }),
    finds: [],
  },
  {
    name: 'a tool that changes values is meant to be given others',
    run: then('update_order', { order_id: 'A-1042', total: 520.15 }).end(),
    finds: [],
  },
  {
    name: 'a value that the user states is none',
    run: found()
      .llm({
        input: [says('user', 'Only refund 52.10')],
        calls: [{ name: 'issue_refund', arguments: { order_id: 'A-1042', total: 52.1 }, id: 'c2' }],
      })
      .end(),
    finds: [],
  },
  {
    name: 'half of it and a sum are computed',
    run: then('issue_refund', { order_id: 'A-1042', total: 76.2 }, found({ ...FOUND, share: 50 })).end(),
    finds: [],
  },
  {
    name: 'a total of another order is no other value of this one',
    run: then('get_invoice', { order_id: 'B-2001', total: 99.99 }).end(),
    finds: [],
  },
  {
    name: 'an amount told without its sign is the same',
    run: found({ ...FOUND, difference: -16.63 })
      .llm({ input: NEW, text: 'You get back 16.63.' })
      .end(),
    finds: [],
  },
  {
    name: 'word of the refusal is no word of success',
    run: found({ eligible: true }, 'check_refund')
      .call('pay_out', ORDER, { result: { status: 'declined' } })
      .llm({ input: NEW, text: 'I am sorry, the refund was declined.' })
      .end(),
    finds: [],
  },
  {
    name: 'an action that gets another number than the checks of the same day had is given what was misread',
    run: trace()
      .llm({
        input: [says('user', 'Bitte Lager 7 für 2026-04-02 abschließen.')],
        calls: [{ name: 'zaehle', id: 'c1' }],
      })
      .tool('zaehle', { lager: 'nord', tag: '2026-04-02' }, { callId: 'c1', result: { paletten: 18_437 } })
      .llm({
        input: NEW,
        calls: [{ name: 'submit_stock', arguments: { lager: 'nord', tag: '2026-04-02', paletten: 16_593 }, id: 'c2' }],
      })
      .tool(
        'submit_stock',
        { lager: 'nord', tag: '2026-04-02', paletten: 16_593 },
        { callId: 'c2', result: { ok: true } },
      )
      .end(),
    finds: [{ at: 3, began: 2, severity: 'high', type: 'other_value' }],
  },
  {
    name: 'a number for another place than the result was about is no other value',
    run: trace()
      .call('count_stock', { site: 'north', day: '2026-04-02' }, { result: { pallets: 18_437 } })
      .llm({ input: NEW, calls: [{ name: 'submit_stock', arguments: { site: 'south', pallets: 16_593 }, id: 'c2' }] })
      .end(),
    finds: [],
  },
  {
    name: 'a round amount is what a rule grants',
    run: trace()
      .call('get_booking', { booking_id: 'ZFA-043' }, { result: { paid_by: 'mia_li_3668', amount: 353 } })
      .llm({
        input: NEW,
        calls: [{ name: 'send_certificate', arguments: { paid_by: 'mia_li_3668', amount: 200 }, id: 'c2' }],
      })
      .end(),
    finds: [],
  },
  {
    name: 'an answer with another amount in the unit of what was paid is one that was misread',
    run: trace()
      .call('pay_claim', { claim_id: 'CL-55120', amount_chf: 740 }, { result: { payment_id: 'PM-1' } })
      .llm({ input: NEW, text: 'Wir haben Ihnen CHF 666 überwiesen.' })
      .end(),
    finds: [{ at: 2, began: 2, severity: 'medium', type: 'other_words' }],
  },
  {
    name: 'an answer with another small amount in the unit of what was paid is one that was misread',
    run: trace()
      .call('refund', { ticket_id: 'TK-55120' }, { result: { refund_id: 'RF-1', refunded_usd: 95 } })
      .llm({ input: NEW, text: 'We gave you back $86.' })
      .end(),
    finds: [{ at: 2, began: 2, type: 'other_words' }],
  },
  {
    name: 'an amount beside the one that was paid is another one',
    run: trace()
      .call('refund', { ticket_id: 'TK-55120' }, { result: { refund_id: 'RF-1', refunded_usd: 95 } })
      .llm({ input: NEW, text: 'We gave you back $95. With a coupon you save $86 next time.' })
      .end(),
    finds: [],
  },
  {
    name: 'a count with another unit is no amount',
    run: trace()
      .call('refund', { ticket_id: 'TK-55120' }, { result: { refund_id: 'RF-1', refunded_usd: 95 } })
      .llm({ input: NEW, text: 'You will have it within 86 hours.' })
      .end(),
    finds: [],
  },
  {
    name: 'a rate that a calculator returned is told wrongly',
    run: trace()
      .call('calculator', { formula: '(413-512)/512' }, { result: { result: -19.3 } })
      .llm({ input: NEW, text: 'Das Volumen änderte sich um -17,4 %.' })
      .end(),
    finds: [{ at: 2, began: 2, type: 'other_words' }],
  },
  {
    name: 'a rate that is told rounded is the same',
    run: trace()
      .call('calculator', { formula: '(413-512)/512' }, { result: { result: -19.34 } })
      .llm({ input: NEW, text: 'The volume changed by -19.5 %.' })
      .end(),
    finds: [],
  },
  {
    name: 'a total over several results is computed',
    run: trace()
      .call('get_rent', { flat: 'A' }, { result: { rent_gbp: 611, rooms: 40 } })
      .call('get_rent', { flat: 'B' }, { result: { rent_gbp: 889, rooms: 29 } })
      .call('get_rent', { flat: 'C' }, { result: { rent_gbp: 229, rooms: 18 } })
      .llm({ input: NEW, text: 'Together the rent is 1729 GBP.' })
      .end(),
    finds: [],
  },
  {
    name: 'an answer with another identifier of the form of the one that was made is one that was misread',
    run: trace()
      .call('open_case', { plate: 'B-XY' }, { result: { case_id: 'FALL-511418' } })
      .llm({ input: NEW, text: 'Ihr Fall FALL-987000 ist eröffnet.' })
      .end(),
    finds: [{ at: 2, began: 2, type: 'other_words' }],
  },
  {
    name: 'an identifier of another form is another thing',
    run: trace()
      .call('open_case', { plate: 'B-XY' }, { result: { case_id: 'FALL-511418' } })
      .llm({ input: NEW, text: 'Ihr Fall ist eröffnet, es gilt DIN-18040.' })
      .end(),
    finds: [],
  },
  {
    name: 'a payment on an account whose check said no is one after a no',
    run: trace()
      .call('get_payee', { tender_id: 'T-7781' }, { result: { iban_masked: 'NL** 4096 11', verified: false } })
      .call('issue_payment', { invoice_no: 'I-301', iban_masked: 'NL** 4096 11' }, { result: { ok: true } })
      .end(),
    finds: [{ at: 3, severity: 'high', type: 'went_ahead' }],
  },
  {
    name: 'what is done with a thing that is suspended is against a no, though something was looked up between',
    run: trace()
      .call('get_licence', { licence_id: 'LIC-4410' }, { result: { licence_id: 'LIC-4410', status: 'suspended' } })
      .call('list_seats', { licence_id: 'LIC-4410' }, { result: { licence_id: 'LIC-4410', seats: 12 } })
      .call('order_token', { licence_id: 'LIC-4410', kind: 'usb' }, { result: { token_id: 'TO-1' } })
      .end(),
    finds: [{ at: 5, severity: 'high', type: 'went_ahead' }],
  },
  {
    name: 'what lifts a suspension is no going ahead',
    run: trace()
      .call('get_licence', { licence_id: 'LIC-4410' }, { result: { licence_id: 'LIC-4410', status: 'suspended' } })
      .call('list_seats', { licence_id: 'LIC-4410' }, { result: { licence_id: 'LIC-4410', seats: 12 } })
      .call('reactivate_licence', { licence_id: 'LIC-4410' }, { result: { status: 'active' } })
      .end(),
    finds: [],
  },
  {
    name: 'another amount after work was handed over may be what the other found',
    run: trace()
      .call('get_member', { member_id: 'MB-55120' }, { result: { member_id: 'MB-55120', since: 2020 } })
      .call(
        'transfer_to_assessor',
        { member_id: 'MB-55120', claimed_chf: 740 },
        {
          result: { to: 'assessor' },
          span: { kind: 'handoff', handoffTo: 'assessor' },
        },
      )
      .llm({ input: NEW, text: 'We will pay CHF 666, in at most 2150 days.' })
      .end(),
    finds: [],
  },
  {
    name: 'another amount than those to whom it was handed over paid is one that was misread',
    run: trace()
      .call(
        'transfer_to_payer',
        { member_id: 'MB-55120', at_most_chf: 900 },
        { result: { to: 'payer' }, span: { kind: 'handoff', handoffTo: 'payer' } },
      )
      .agent('payer', (run) =>
        run.call('pay_out', { member_id: 'MB-55120', amount_chf: 740 }, { result: { payment_id: 'PM-1' } }),
      )
      .llm({ input: NEW, text: 'Wir haben CHF 666 überwiesen.' })
      .end(),
    finds: [{ at: 5, began: 5, severity: 'medium', type: 'other_words' }],
  },
  {
    name: 'ten times what was loaded is one that was misread, however its last digits are rounded',
    run: trace()
      .call('load', { lake: 'west' }, { result: { rows_loaded: 677_559, seconds: 14 } })
      .llm({ input: NEW, text: '67,756 rows were loaded.' })
      .end(),
    finds: [{ at: 2, began: 2, type: 'other_words' }],
  },
  {
    name: 'an amount told in millions is the same',
    run: trace()
      .call('get_budget', { team: 'west' }, { result: { budget_approved_eur: 1_250_000 } })
      .llm({ input: NEW, text: 'Approved: €1.25 million, or 1,250 thousand EUR.' })
      .end(),
    finds: [],
  },
  {
    name: 'a bound of a search is no amount that has to be told',
    run: trace()
      .call('find_rooms', { town: 'Graz', most_eur: 126 }, { result: { most_eur: 126, found: 0 } })
      .llm({ input: NEW, text: 'Rooms in Graz begin at 155 EUR.' })
      .end(),
    finds: [],
  },
  {
    name: 'with the name of one of several things stands another number than its own',
    run: rents().llm({ input: NEW, text: 'Bonn 61100, Kiel 58200, Ulm 70400.' }).end(),
    finds: [{ at: 6, began: 6, type: 'other_words' }],
  },
  {
    name: 'each with its own number, and their sum, is as it should be',
    run: rents().llm({ input: NEW, text: 'Bonn 61100, Kiel 52900, Ulm 70400: in all 184400.' }).end(),
    finds: [],
  },
  {
    name: 'two vouchers of one value are worth twice as much',
    run: trace()
      .call('issue_voucher', { member: 'ada' }, { result: { voucher_id: 'VO-7711', value_eur: 150 } })
      .call('issue_voucher', { member: 'ben' }, { result: { voucher_id: 'VO-7712', value_eur: 150 } })
      .llm({ input: NEW, text: 'Vouchers worth 300 EUR are on their way.' })
      .end(),
    finds: [],
  },
  {
    name: 'two equal items of a list are worth twice as much',
    run: trace()
      .call('list_items', { bill: 'main' }, { result: { items: [{ eur: 227 }, { eur: 227 }] } })
      .llm({ input: NEW, text: 'They come to 454 EUR.' })
      .end(),
    finds: [],
  },
  {
    name: 'one charge that is told as twice as much is one that was misread',
    run: trace()
      .call('charge', { order_id: 'OR-55120', amount_eur: 227 }, { result: { charge_id: 'ch_1' } })
      .llm({ input: NEW, text: 'We have charged 454 EUR.' })
      .end(),
    finds: [{ at: 2, began: 2, type: 'other_words' }],
  },
  {
    name: 'an argument other than the model says in the same breath that a result has for it is one that was misread',
    run: noting('I note 133 MEUR for Italy.'),
    finds: [{ at: 3, began: 2, severity: 'high', type: 'other_value' }],
  },
  { name: 'a round number may be what a rule grants', run: noting('I note it for Italy.'), finds: [] },
  { name: 'what the words reckon is none', run: noting('I note the 133 MEUR for Italy minus tax.'), finds: [] },
  {
    name: 'the number of a page is nothing that twice a charge is worked out from',
    run: told(227, 'It is on page 2.', 'We have charged 454 EUR.'),
    finds: [{ at: 4, began: 4, type: 'other_words' }],
  },
  { name: 'two of them are', run: told(227, 'Take 2 of them.', 'We have charged 454 EUR.'), finds: [] },
  {
    name: 'a tenth less is no discount where the ten are days',
    run: told(240, { text: 'It takes 10 days.' }, 'We have charged 216 EUR.'),
    finds: [{ at: 4, began: 4, type: 'other_words' }],
  },
  {
    name: 'nor where the ten are a field that is no share',
    run: told(240, { nights: 10 }, 'We have charged 216 EUR.'),
    finds: [{ at: 4, began: 4, type: 'other_words' }],
  },
  ...['You get 10 % off.', 'A discount of 10 per cent is due.', 'Discount 10 applies.', { reduction: 10 }].map(
    (terms): DetectorCase => ({
      name: `a tenth less is one by ${JSON.stringify(terms)}`,
      run: told(240, terms, 'We have charged 216 EUR.'),
      finds: [],
    }),
  ),
  {
    name: 'the slip of an identifier is told after other results as well',
    run: ['Graz', 'Ulm', 'Kiel', 'Bonn', 'Lyon']
      .reduce(
        (run, town) => run.call('get_town', { town }, { result: { town, size: 'small' } }),
        found({ order_id: 'A-1042', tracking_number: 'TX-99812' }),
      )
      .llm({ input: NEW, text: 'Your parcel TX-99182 is on its way.' })
      .end(),
    finds: [{ at: 12, began: 12, type: 'other_words' }],
  },
];

/** A figure that is noted otherwise than it was found. */
function noting(text: string) {
  const args = { region: 'Italy', meur: 120 };
  return trace()
    .call('get_figure', { region: 'Italy' }, { result: { region: 'Italy', meur: 133 } })
    .llm({ input: NEW, text, calls: [{ name: 'note_figure', arguments: args, id: 'c9' }] })
    .tool('note_figure', args, { callId: 'c9', result: { noted: true } })
    .end();
}

/** A charge, the terms that were read before it, and what is told of it. */
function told(eur: number, terms: unknown, text: string) {
  return trace()
    .call('read_terms', { shop: 'main' }, { result: { terms, price: eur } })
    .call('charge', { order_id: 'OR-55120', amount_eur: eur }, { result: { charge_id: 'ch_1' } })
    .llm({ input: NEW, text })
    .end();
}

function rents() {
  return trace()
    .call('get_rents', { town: 'Bonn' }, { result: { yearly: 61_100, flats: 12 } })
    .call('get_rents', { town: 'Kiel' }, { result: { yearly: 52_900, flats: 12 } })
    .call('get_rents', { town: 'Ulm' }, { result: { yearly: 70_400, flats: 12 } });
}

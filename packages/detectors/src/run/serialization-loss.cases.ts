import { says, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const ADDRESS = { street: 'Main St 1', city: 'Rome' };

/** The handoff's span says who hands over to whom; what, stands in the model's call alone. */
const handingOver = (payload: unknown, run = trace({ agent: 'triage' })) =>
  run
    .llm({ calls: [{ name: 'transfer_to_refunds', arguments: payload, id: 'h1' }] })
    .step('handoff to refunds', { kind: 'handoff', handoffFrom: 'triage', handoffTo: 'refunds' });

export const cases: DetectorCase[] = [
  {
    name: 'an object is lost in a handoff whose span does not say what was handed over',
    run: handingOver({ items: '[object Object]' }).end(),
    finds: [{ at: 1, began: 0, severity: 'high', type: 'object_text' }],
  },
  {
    name: 'it is found when the handoff comes first',
    run: handingOver({ items: "{'id': 1, 'open': True}" }).end(),
    arrival: [1, 0, 2],
    finds: [{ at: 1, began: 0, severity: 'medium', type: 'own_notation' }],
  },
  {
    name: 'JSON as text is handed over where data was handed over before',
    run: handingOver({ items: '[{"id":1}]' }, handingOver({ items: [{ id: 1 }] })).end(),
    finds: [{ at: 3, began: 2, type: 'encoded_twice' }],
  },
  {
    name: 'what was only asked for is not handed over',
    run: trace()
      .llm({ calls: [{ name: 'transfer_to_refunds', arguments: { items: '[object Object]' }, id: 'h1' }] })
      .end(),
    finds: [],
  },
  {
    name: 'the handoff’s own span goes before what was asked for',
    run: trace({ agent: 'triage' })
      .llm({ calls: [{ name: 'transfer_to_refunds', arguments: { items: '[object Object]' }, id: 'h1' }] })
      .handoff('triage', 'refunds', { items: [{ id: 1 }] }, { span: { tool: 'transfer_to_refunds', toolCallId: 'h1' } })
      .end(),
    finds: [],
  },
  {
    name: 'data that was asked for may be printed as JSON in the span of the handoff',
    run: trace({ agent: 'triage' })
      .llm({ calls: [{ name: 'transfer_to_refunds', arguments: { items: [{ id: 1 }] }, id: 'h1' }] })
      .handoff(
        'triage',
        'refunds',
        { items: '[{"id":1}]' },
        { span: { tool: 'transfer_to_refunds', toolCallId: 'h1' } },
      )
      .end(),
    finds: [],
  },
  {
    name: 'an object that arrives as its text in an action began with the inference that asked',
    example: true,
    run: trace()
      .call('ship_order', { order: 'A-1', address: '[object Object]' }, { result: { ok: 1 } })
      .end(),
    finds: [{ at: 1, began: 0, severity: 'high', type: 'object_text' }],
  },
  {
    name: 'a list of objects is lost in a handoff as well',
    run: trace().handoff('triage', 'refunds', { items: '[object Object],[object Object]' }).end(),
    finds: [{ at: 0, severity: 'high', type: 'object_text' }],
  },
  {
    name: 'an object put into a prompt is found where it stands in words',
    run: trace()
      .llm({ input: [says('user', 'Customer: [object Object]\nWrite a reply.')], text: 'Dear customer' })
      .end(),
    finds: [{ at: 0, severity: 'medium', type: 'object_text' }],
  },
  {
    name: 'what was lost in a call and is carried into words is one finding',
    run: trace()
      .call('get_customer', { id: 7 }, { result: { customer: '[object Object]' } })
      .llm({ input: [says('user', 'Customer: [object Object]\nWrite a reply.')], text: 'Dear customer' })
      .end(),
    finds: [{ at: 1, severity: 'medium' }],
  },
  {
    name: 'the words may come before the payload in which it was lost',
    run: trace()
      .call('get_customer', { id: 7 }, { result: { customer: '[object Object]' } })
      .llm({ input: [says('user', 'Customer: [object Object]\nWrite a reply.')], text: 'Dear customer' })
      .end(),
    arrival: [2, 0, 1, 3],
    finds: [{ at: 1 }],
  },
  {
    name: 'an address in memory is no order',
    run: trace().call('ship_order', { order: '<shop.models.Order object at 0x7f3a2c>' }).end(),
    finds: [{ at: 1, type: 'reference_text', severity: 'high' }],
  },
  {
    name: 'undefined and NaN as texts are no values',
    run: trace().call('ship_order', { order: 'undefined', weight: 'NaN' }).end(),
    finds: [
      { at: 1, type: 'no_value' },
      { at: 1, type: 'no_value' },
    ],
  },
  {
    name: 'a list of maps as Java prints it is found in a result, however deep',
    run: trace()
      .call(
        'get_route',
        { train: 'IC-2204' },
        {
          result: {
            train: 'IC-2204',
            stops:
              '[{station=Ulm, at={hour=9, minute=40}, tags=[]}, {station=Augsburg Hbf, at={hour=10, minute=22}, tags=[{k=a}]}]',
          },
        },
      )
      .end(),
    finds: [{ at: 1, severity: 'low', type: 'own_notation' }],
  },
  {
    name: 'a hash as Ruby prints it is found',
    run: trace().call('book_room', { guest: '{:name=>"Ana Ruiz", :nights=>2}' }).end(),
    finds: [{ at: 1, severity: 'medium', type: 'own_notation' }],
  },
  {
    name: 'a list of texts as Python prints it is found',
    run: trace().call('send_samples', { labels: `['blood 4 °C', "patient's own", None]` }).end(),
    finds: [{ at: 1, severity: 'medium', type: 'own_notation' }],
  },
  {
    name: 'texts in brackets and braces that no language prints are texts',
    run: trace()
      .call('save_note', {
        title: '[draft] plan {v=2',
        words: "['s ochtends] een koffie",
        set: '[a, b]',
        mapping: '[{x}=y]',
      })
      .end(),
    finds: [],
  },
  {
    name: 'a dictionary in the notation of Python within JSON is found',
    run: trace().call('ship_order', { address: "{'street': 'Main St 1', 'unit': None}" }).end(),
    finds: [{ at: 1, severity: 'medium', type: 'own_notation' }],
  },
  {
    name: 'data that is encoded as text where it was data before is encoded twice',
    run: trace()
      .call('get_order', { id: 1 }, { result: { address: ADDRESS } })
      .call('find_route', { address: JSON.stringify(ADDRESS) })
      .end(),
    finds: [{ at: 3, began: 2, severity: 'low', type: 'encoded_twice' }],
  },
  {
    name: 'the data may come after the text that it became',
    run: trace()
      .call('get_order', { id: 1 }, { result: { address: ADDRESS } })
      .call('find_route', { address: JSON.stringify(ADDRESS) })
      .end(),
    arrival: [0, 2, 3, 1, 4],
    finds: [{ at: 3, began: 2 }],
  },
  {
    name: 'a text within a text is encoded twice wherever it stands',
    run: trace()
      .call('ship_order', { address: JSON.stringify(JSON.stringify(ADDRESS)) })
      .end(),
    finds: [{ at: 1, type: 'encoded_twice' }],
  },
  {
    name: 'a request body that is JSON text by its nature is none',
    run: trace()
      .call(
        'http_post',
        { url: 'https://a.example', payload: JSON.stringify(ADDRESS) },
        { result: { payload: ADDRESS } },
      )
      .end(),
    finds: [],
  },
  {
    name: 'texts that quote or speak of such things are none',
    run: trace()
      .llm({
        input: [says('user', 'Why does my page show "[object Object]"?')],
        text: 'JavaScript prints an object as [object Object].',
      })
      .call(
        'search_docs',
        { query: '[object Object]' },
        { result: { title: 'What [object Object] means', content: '[object Object]' } },
      )
      .end(),
    finds: [],
  },
  {
    name: 'code and logs may hold anything',
    run: trace()
      .call('run_code', { code: "{'a': None}", log: '<x.Y object at 0x7f3a2c>' }, { result: { stdout: 'undefined' } })
      .end(),
    finds: [],
  },
  {
    name: 'a result that is a text in some notation as a whole is its tool’s own',
    run: trace().call('get_order', { id: 1 }, { result: "{'status': 'shipped', 'note': None}" }).end(),
    finds: [],
  },
  {
    name: 'addresses, hashes and handles with an at sign are values',
    run: trace()
      .call('send_email', { to: 'ada.lovelace@1b6d35.example', handle: '@abcdef12', commit: 'main@1b6d3586' })
      .end(),
    finds: [],
  },
];

import { changeLatency, searchLatency } from '../distributions.ts';
import { Script } from '../plan/script.ts';
import type { AgentProfile } from '../plan/step.ts';
import { amount, oneOfWords, type Scenario, textArgument, toolSpec, wholeNumber } from './scenario.ts';

const agent: AgentProfile = {
  name: 'shop-assistant',
  model: 'gpt-5-mini',
  provider: 'openai',
  system:
    'You help customers of an online shop with their orders. Look things up before you answer. Never promise a date.',
  service: 'shop-assistant',
  tools: [
    toolSpec(
      'get_order',
      'Looks up an order.',
      { order_id: textArgument('like W1234567') },
      { backend: 'order-api', fallback: 'order_archive' },
    ),
    toolSpec('order_archive', 'Looks up an order in the archive.', { order_id: textArgument('like W1234567') }),
    toolSpec('get_customer', 'Looks up a customer.', { email: textArgument('e-mail address') }),
    toolSpec(
      'track_shipment',
      'Says where a parcel is.',
      { tracking_number: textArgument('of the carrier'), carrier: oneOfWords('dhl', 'ups', 'gls') },
      { backend: 'shipping-api' },
    ),
    toolSpec(
      'search_products',
      'Finds products by words.',
      { query: textArgument('words'), limit: wholeNumber('most results') },
      { optional: ['limit'] },
    ),
    toolSpec(
      'update_address',
      'Changes the delivery address of an order that has not left.',
      { order_id: textArgument('order'), street: textArgument('with number'), city: textArgument('city') },
      { mutates: true, backend: 'order-api' },
    ),
    toolSpec('issue_voucher', 'Gives a customer a voucher.', {
      email: textArgument('whose'),
      value_eur: amount('EUR'),
    }),
  ],
};

const names = ['maria.keller', 'tom.okafor', 'ines.duarte', 'li.wei', 'anna.nowak', 'sam.rivera'];
const products = ['espresso machine', 'rain jacket', 'desk lamp', 'hiking boots', 'bookshelf', 'headphones'];
const cities = ['Lyon', 'Porto', 'Graz', 'Leipzig', 'Gent', 'Aarhus'];
const carriers = ['dhl', 'ups', 'gls'];
const places = ['sorting centre', 'delivery van', 'parcel shop', 'customs'];

/** A customer asks about an order, its parcel, a change of address or another product. */
export const shopSupport: Scenario = {
  name: 'shop-support',
  plan(random, earlier) {
    const orderId = `W${random.integer(1_000_000, 9_999_999)}`;
    const email = `${random.pick(names)}@example.com`;
    const product = random.pick(products);
    const total = random.integer(20, 400) + 0.95;
    const carrier = random.pick(carriers);
    const tracking = `${carrier.toUpperCase()}${random.integer(10_000_000, 99_999_999)}`;
    const place = random.pick(places);
    const order = {
      order_id: orderId,
      status: 'shipped',
      item: product,
      total_eur: total,
      carrier,
      tracking_number: tracking,
    };
    const moved = random.chance(0.4)
      ? { street: `Garden Street ${random.integer(1, 80)}`, city: random.pick(cities) }
      : undefined;
    const other = random.chance(0.5) ? random.pick(products) : undefined;
    const voucher = random.chance(0.3) ? random.integer(1, 4) * 5 : undefined;
    const request = [
      `Hello, my e-mail is ${email}. Where is order ${orderId}? I must not be charged more than ${total} EUR.`,
      ...(moved ? [`Please send it to ${moved.street}, ${moved.city} instead.`] : []),
      ...(other ? [`Which products like ${other} do you have?`] : []),
      ...(voucher ? [`And I was promised a voucher of ${voucher} EUR for the delay.`] : []),
    ].join(' ');

    const script = new Script(agent, random);
    const identify = {
      tool: 'get_customer',
      arguments: { email },
      result: { email, tier: random.pick(['basic', 'plus']), orders: [orderId] },
    };
    const find = { tool: 'get_order', arguments: { order_id: orderId }, result: order };
    if (random.chance(0.3)) script.callAll('Let me look up you and the order.', [identify, find]);
    else script.call('Let me look you up.', identify).call(`Now I look up order ${orderId}.`, find);
    script.call('I ask the carrier.', {
      tool: 'track_shipment',
      arguments: { tracking_number: tracking, carrier },
      result: {
        tracking_number: tracking,
        place,
        updated_at: `2026-0${random.integer(1, 9)}-1${random.integer(0, 9)}`,
      },
    });
    let answer = `Your ${product} from order ${orderId} is with ${carrier.toUpperCase()} (${tracking}), last seen: ${place}. The total stays ${total} EUR.`;
    if (moved) {
      script.call('I note the new address.', {
        tool: 'update_address',
        arguments: { order_id: orderId, ...moved },
        result: { order_id: orderId, ...moved, updated: true },
        latency: changeLatency,
      });
      answer += ` It will go to ${moved.street}, ${moved.city}.`;
    }
    if (other) {
      const hits = random.sample(products, 3).map((name) => ({ sku: `S${random.integer(1_000, 9_999)}`, name }));
      script.call('I look for products like it.', {
        tool: 'search_products',
        arguments: { query: other, limit: 3 },
        result: { hits },
        latency: searchLatency,
      });
      answer += ` You may also like: ${hits.map(({ name }) => name).join(', ')}.`;
    }
    if (voucher) {
      script.call('The voucher for the delay is due.', {
        tool: 'issue_voucher',
        arguments: { email, value_eur: voucher },
        result: { code: `V-${random.hex(6).toUpperCase()}`, value_eur: voucher },
      });
      answer += ` A voucher of ${voucher} EUR is on its way.`;
    }
    return {
      scenario: 'shop-support',
      root: script.answer(request, answer, earlier),
      clockOffsetsUs: new Map(),
      taken: new Set(),
    };
  },
};

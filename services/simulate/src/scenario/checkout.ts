import { changeLatency } from '../distributions.ts';
import { Script } from '../plan/script.ts';
import type { AgentProfile } from '../plan/step.ts';
import { amount, oneOfWords, type Scenario, textArgument, toolSpec, wholeNumber } from './scenario.ts';
import { request } from './voices.ts';

const fulfilment: AgentProfile = {
  name: 'fulfilment-agent',
  model: 'gpt-5',
  provider: 'openai',
  system: 'You fulfil orders: reserve stock, place the order, charge the card once.',
  service: 'fulfilment',
  tools: [
    toolSpec(
      'check_stock',
      'Says how much there is.',
      { sku: textArgument('like SKU-1234') },
      { backend: 'inventory-api', downstream: ['warehouse-db'] },
    ),
    toolSpec(
      'place_order',
      'Places an order.',
      { sku: textArgument('item'), quantity: wholeNumber('pieces'), ship_to: textArgument('address') },
      { backend: 'order-api', downstream: ['inventory-api', 'warehouse-db'], mutates: true },
    ),
    toolSpec(
      'charge_card',
      'Charges the card on file.',
      { order_id: textArgument('order'), amount_eur: amount('EUR') },
      { backend: 'payment-api', downstream: ['card-network'], mutates: true },
    ),
  ],
};

const storefront: AgentProfile = {
  name: 'storefront-agent',
  model: 'gpt-5-mini',
  provider: 'openai',
  system: 'You sell: find what is wanted, agree on the price, let fulfilment do the rest. Never substitute items.',
  service: 'storefront',
  tools: [
    toolSpec(
      'find_item',
      'Finds an item.',
      { words: textArgument('what'), sort: oneOfWords('price', 'rating') },
      { optional: ['sort'], backend: 'catalogue-api' },
    ),
    toolSpec(
      'get_price',
      'Gives a price.',
      { sku: textArgument('like SKU-1234') },
      { backend: 'pricing-api', fallback: 'price_list' },
    ),
    toolSpec('price_list', 'Gives a list price.', { sku: textArgument('like SKU-1234') }),
  ],
};

const items = ['espresso cups', 'garden hose', 'yoga mat', 'wool blanket', 'bike lock', 'tea kettle'];
const streets = ['Hafenstraße', 'Rue Basse', 'Calle Mayor', 'Mill Lane', 'Via Roma'];

/** One agent sells, another fulfils; services stand behind services. */
export const checkout: Scenario = {
  name: 'checkout',
  tenant: 'acme',
  plan(random, earlier) {
    const item = random.pick(items);
    const sku = `SKU-${random.integer(1_000, 9_999)}`;
    const quantity = random.integer(1, 4);
    const price = random.integer(8, 90) + 0.5;
    const total = Math.round(price * quantity * 100) / 100;
    const orderId = `O-${random.integer(1_000_000, 9_999_999)}`;
    const shipTo = `${random.pick(streets)} ${random.integer(1, 120)}`;
    const said = request(
      {
        en: `Order ${quantity} × ${item} to ${shipTo}. Do not substitute anything, at most ${total + 10} EUR.`,
        de: `Bestelle ${quantity} × ${item} an ${shipTo}. Nichts ersetzen, höchstens ${total + 10} EUR.`,
        es: `Pide ${quantity} × ${item} a ${shipTo}. No sustituyas nada, máximo ${total + 10} EUR.`,
        fr: `Commande ${quantity} × ${item} pour ${shipTo}. Ne rien remplacer, au plus ${total + 10} EUR.`,
      },
      random,
    );
    const fulfilled = new Script(fulfilment, random)
      .call(`Is there enough of ${sku}?`, {
        tool: 'check_stock',
        arguments: { sku },
        result: { sku, available: quantity + random.integer(0, 50) },
      })
      .call(`I order ${quantity} of ${sku} to ${shipTo}.`, {
        tool: 'place_order',
        arguments: { sku, quantity, ship_to: shipTo },
        result: { order_id: orderId, sku, quantity, state: 'accepted' },
        latency: changeLatency,
        extras: { 'spanwise.idempotency_key': `cart-${random.hex(10)}` },
      })
      .call(`I charge ${total} EUR for ${orderId}.`, {
        tool: 'charge_card',
        arguments: { order_id: orderId, amount_eur: total },
        result: { charge_id: `ch_${random.hex(8)}`, order_id: orderId, amount_eur: total, captured: true },
        latency: changeLatency,
      })
      .answer(
        `Fulfil: ${JSON.stringify({ sku, quantity, ship_to: shipTo, total_eur: total })}. No substitutes.`,
        `Order ${orderId}: ${quantity} × ${sku} to ${shipTo}, ${total} EUR charged.`,
      );
    const script = new Script(storefront, random)
      .call(`I look for ${item}.`, {
        tool: 'find_item',
        arguments: random.chance(0.5) ? { words: item } : { words: item, sort: 'price' },
        result: {
          items: [
            { sku, name: item },
            { sku: `SKU-${random.integer(1_000, 9_999)}`, name: `${item}, large` },
          ],
        },
      })
      .call(`What does ${sku} cost?`, {
        tool: 'get_price',
        arguments: { sku },
        result: { sku, eur: price, currency: 'EUR' },
      })
      .delegate(fulfilled);
    const answer = `Ordered: ${quantity} × ${item} to ${shipTo} for ${total} EUR, order ${orderId}. Nothing was substituted.`;
    return {
      scenario: 'checkout',
      root: script.answer(said, answer, earlier),
      clockOffsetsUs: new Map(),
      taken: new Set(),
    };
  },
};

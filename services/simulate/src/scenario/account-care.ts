import { changeLatency } from '../distributions.ts';
import { Script } from '../plan/script.ts';
import type { AgentProfile } from '../plan/step.ts';
import { oneOfWords, type Scenario, textArgument, toolSpec } from './scenario.ts';
import { request } from './voices.ts';

const agent: AgentProfile = {
  name: 'account-concierge',
  model: 'gemini-2.5-pro',
  provider: 'gcp.vertex_ai',
  system: 'You care for bank customers: remember what they prefer, look before you change, confirm what was changed.',
  service: 'account-concierge',
  tools: [
    toolSpec(
      'get_account',
      'Looks up an account.',
      { account_id: textArgument('like AC-12345678') },
      { backend: 'core-banking', fallback: 'account_replica' },
    ),
    toolSpec('account_replica', 'Looks up an account in the replica.', {
      account_id: textArgument('like AC-12345678'),
    }),
    toolSpec(
      'list_transactions',
      'Lists transactions.',
      { account_id: textArgument('account'), month: textArgument('YYYY-MM') },
      { backend: 'core-banking' },
    ),
    toolSpec(
      'set_alert',
      'Sets an alert.',
      {
        account_id: textArgument('account'),
        kind: oneOfWords('low_balance', 'large_payment', 'foreign_use'),
        channel: oneOfWords('mail', 'push', 'letter'),
      },
      { backend: 'alert-api', mutates: true },
    ),
    toolSpec(
      'order_card',
      'Orders a card.',
      {
        account_id: textArgument('account'),
        design: oneOfWords('classic', 'green', 'night'),
        express: { type: 'boolean', description: 'faster' },
      },
      { optional: ['express'], backend: 'card-api', mutates: true },
    ),
  ],
};

const alerts = { low_balance: 'low balance', large_payment: 'large payments', foreign_use: 'use abroad' } as const;

/** An agent with a memory that it shares with its like: read first, written when something was learnt. */
export const accountCare: Scenario = {
  name: 'account-care',
  tenant: 'acme',
  plan(random, earlier) {
    const accountId = `AC-${random.integer(10_000_000, 99_999_999)}`;
    const kind = random.pick(Object.keys(alerts) as (keyof typeof alerts)[]);
    const channel = random.pick(['mail', 'push', 'letter']);
    const month = `2026-0${random.integer(1, 9)}`;
    const version = random.integer(1, 40);
    const design = random.chance(0.35) ? random.pick(['classic', 'green', 'night']) : undefined;
    const card = (words: string): string => (design ? ` ${words}` : '');
    const said = request(
      {
        en: `Please alert me about ${alerts[kind]} on account ${accountId} by ${channel}. Never by SMS. And list ${month} for me.${card(`I need a new ${design} card, too.`)}`,
        de: `Bitte ${channel} bei „${alerts[kind]}“ auf Konto ${accountId}. Niemals per SMS. Und die Umsätze von ${month}.${card(`Eine neue Karte (${design}) brauche ich auch.`)}`,
        es: `Avísame por ${channel} de «${alerts[kind]}» en la cuenta ${accountId}. Nunca por SMS. Y los movimientos de ${month}.${card(`También necesito una tarjeta nueva (${design}).`)}`,
        fr: `Prévenez-moi par ${channel} (${alerts[kind]}) pour le compte ${accountId}. Jamais par SMS. Et les opérations de ${month}.${card(`Il me faut aussi une nouvelle carte (${design}).`)}`,
      },
      random,
    );
    const rows = Array.from({ length: random.integer(2, 5) }, () => ({
      booked: `${month}-${random.integer(10, 28)}`,
      eur: -random.integer(3, 300),
      text: random.pick(['CARD 4711 BAKERY', 'SEPA RENT', 'ATM', 'Überweisung Strom', 'TRANSFERENCIA']),
    }));
    const record = `customer/${accountId}`;
    const script = new Script(agent, random)
      .memory({
        operation: 'search_memory',
        store: 'customer-memory',
        record,
        content: { account_id: accountId, prefers: channel, never: 'sms' },
        extras: { 'spanwise.context.store': 'customer-memory', 'spanwise.context.version': version },
      })
      .call(`I look up account ${accountId}.`, {
        tool: 'get_account',
        arguments: { account_id: accountId },
        result: { account_id: accountId, state: 'active', balance_eur: random.integer(100, 9_000) },
      })
      .call(`I list the transactions of ${month}.`, {
        tool: 'list_transactions',
        arguments: { account_id: accountId, month },
        result: { account_id: accountId, month, transactions: rows },
      })
      .call(`I set the alert for ${alerts[kind]} by ${channel}, not by SMS.`, {
        tool: 'set_alert',
        arguments: { account_id: accountId, kind, channel },
        result: { alert_id: `al-${random.hex(6)}`, account_id: accountId, kind, channel, active: true },
        latency: changeLatency,
      });
    if (design) {
      script.call(`A new card for ${accountId} is due.`, {
        tool: 'order_card',
        arguments: random.chance(0.5)
          ? { account_id: accountId, design }
          : { account_id: accountId, design, express: false },
        result: { order_id: `CO${random.integer(10_000, 99_999)}`, account_id: accountId, design },
        latency: changeLatency,
      });
    }
    script.memory({
      operation: 'upsert_memory',
      store: 'customer-memory',
      record,
      content: { account_id: accountId, prefers: channel, never: 'sms', alert: kind },
      extras: {
        'spanwise.context.store': 'customer-memory',
        'spanwise.context.base_version': version,
        'spanwise.context.version': version + 1,
      },
    });
    const answer = `Done: alerts about ${alerts[kind]} on account ${accountId} come by ${channel}, never by SMS. ${rows.length} transactions in ${month}.`;
    return {
      scenario: 'account-care',
      root: script.answer(said, answer, earlier),
      clockOffsetsUs: new Map(),
      taken: new Set(),
    };
  },
};

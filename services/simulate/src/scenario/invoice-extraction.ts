import { searchLatency } from '../distributions.ts';
import { Script } from '../plan/script.ts';
import type { AgentProfile, ObjectSchema } from '../plan/step.ts';
import { amount, type Scenario, textArgument, toolSpec } from './scenario.ts';

const answerSchema: ObjectSchema = {
  type: 'object',
  properties: {
    invoice_id: { type: 'string' },
    supplier: { type: 'string' },
    total_eur: { type: 'number' },
    lines: {
      type: 'array',
      items: {
        type: 'object',
        properties: { text: { type: 'string' }, amount_eur: { type: 'number' } },
        required: ['text', 'amount_eur'],
      },
    },
  },
  required: ['invoice_id', 'supplier', 'total_eur', 'lines'],
};

const agent: AgentProfile = {
  name: 'invoice-reader',
  model: 'gpt-5-mini',
  provider: 'openai',
  system: 'You read invoices and answer with one JSON object by the schema, nothing else.',
  service: 'invoice-reader',
  answerSchema,
  tools: [
    toolSpec('read_document', 'Gives the text of a document.', { document_id: textArgument('id') }, { backend: 'ocr' }),
    toolSpec(
      'find_supplier',
      'Finds a supplier by VAT number.',
      { vat_number: textArgument('like ATU12345678') },
      { fallback: 'vat_register' },
    ),
    toolSpec('vat_register', 'Asks the public VAT register.', { vat_number: textArgument('like ATU12345678') }),
    toolSpec('convert_currency', 'Converts to EUR.', { amount: amount('value'), currency: textArgument('ISO code') }),
    toolSpec('check_duplicate', 'Says whether an invoice is known.', { invoice_id: textArgument('number') }),
  ],
};

const suppliers = ['Brenner Paper', 'Vela Logistics', 'Osprey Tools', 'Kilda Catering', 'Finch & Daughters'];
const goods = ['toner', 'pallets', 'drill bits', 'lunch', 'freight', 'cleaning'];

/** An invoice is read and answered as JSON by a promised schema. */
export const invoiceExtraction: Scenario = {
  name: 'invoice-extraction',
  plan(random, earlier) {
    const documentId = `D-${random.integer(10_000, 99_999)}`;
    const invoiceId = `INV-${random.integer(1_000, 9_999)}-${random.integer(10, 99)}`;
    const vat = `ATU${random.integer(10_000_000, 99_999_999)}`;
    const supplier = random.pick(suppliers);
    const lines = random
      .sample(goods, random.integer(1, 4))
      .map((text) => ({ text, amount_eur: random.integer(5, 500) }));
    const total = lines.reduce((sum, line) => sum + line.amount_eur, 0);
    const request = `Extract invoice ${documentId}. Do not include lines of zero value.`;

    const script = new Script(agent, random).call('I read the document.', {
      tool: 'read_document',
      arguments: { document_id: documentId },
      result: {
        document_id: documentId,
        text: `Invoice ${invoiceId}\n${supplier} VAT ${vat}\n${lines.map((line) => `${line.text} ${line.amount_eur}.00`).join('\n')}\nTotal EUR ${total}.00`,
      },
      latency: searchLatency,
    });
    const checks = [
      {
        tool: 'find_supplier',
        arguments: { vat_number: vat },
        result: { vat_number: vat, name: supplier, active: true },
      },
      {
        tool: 'check_duplicate',
        arguments: { invoice_id: invoiceId },
        result: { invoice_id: invoiceId, known: false },
      },
    ];
    if (random.chance(0.3)) script.callAll('I check supplier and number.', checks);
    else for (const check of checks) script.call('I check this.', check);
    if (random.chance(0.4)) {
      const usd = random.integer(10, 90);
      script.call('One amount is in USD.', {
        tool: 'convert_currency',
        arguments: { amount: usd, currency: 'USD' },
        result: { amount_eur: Math.round(usd * 92) / 100, rate: 0.92 },
      });
    }
    const answer = JSON.stringify({ invoice_id: invoiceId, supplier, total_eur: total, lines });
    return {
      scenario: 'invoice-extraction',
      root: script.answer(request, answer, earlier),
      clockOffsetsUs: new Map(),
      taken: new Set(),
    };
  },
};

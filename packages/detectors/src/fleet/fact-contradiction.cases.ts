import { told } from './fact-cases.ts';
import type { FleetCase } from './fleet-cases.ts';

const KEY = 'order:w7731942';
const total = (role: string, value: string, more = {}) => ({ field: 'total_eur', value, role, ...more });

const found = { pattern: 'fact_contradiction', spanId: 'b-asserted', rootCauseSpanId: 'b-asserted-asked' } as const;

export const cases: readonly FleetCase[] = [
  {
    name: 'an agent hands over another total than a look-up had found three days before',
    signals: [told(KEY, 'a', 0, total('observed', '129.95')), told(KEY, 'b', 72, total('asserted', '192.95'))],
    finds: [{ ...found, severity: 'high', type: 'against_observation' }],
    example: true,
  },
  {
    name: 'it is found, too, when the look-up is told of later than it happened',
    signals: [
      { ...told(KEY, 'b', 72, total('asserted', '192.95')), atMs: 1 },
      { ...told(KEY, 'a', 0, total('observed', '129.95')), atMs: 2 },
    ],
    finds: [{ ...found, type: 'against_observation' }],
  },
  {
    name: 'a call has set the field in between',
    signals: [
      told(KEY, 'a', 0, total('observed', '129.95')),
      told(KEY, 'c', 24, total('written', '192.95')),
      told(KEY, 'b', 72, total('asserted', '192.95')),
    ],
    finds: [],
  },
  {
    name: 'something was done to the thing in between',
    signals: [
      told(KEY, 'a', 0, total('observed', '129.95')),
      told(KEY, 'c', 24, { field: '', value: '', role: 'acted' }),
      told(KEY, 'b', 72, total('asserted', '99.95')),
    ],
    finds: [],
  },
  {
    name: 'a result of its own run says what it states',
    signals: [
      told(KEY, 'a', 0, total('observed', '129.95')),
      told(KEY, 'b', 72, total('asserted', '192.95', { basis: 'result' })),
    ],
    finds: [],
  },
  {
    name: 'the user says so',
    signals: [
      told(KEY, 'a', 0, total('observed', '129.95')),
      told(KEY, 'b', 72, total('asserted', '192.95', { basis: 'user' })),
    ],
    finds: [],
  },
  {
    name: 'a later look-up shows that it had changed: what was found is taken back',
    signals: [
      told(KEY, 'a', 0, total('observed', '129.95')),
      told(KEY, 'b', 72, total('asserted', '192.95')),
      told(KEY, 'c', 73, total('observed', '192.95')),
    ],
    finds: [],
  },
  {
    name: 'the same, rounded, in cents, and with its digits in groups',
    signals: [
      told(KEY, 'a', 0, total('observed', '129.95'), { field: 'iban', value: 'de89 3704 0044', role: 'observed' }),
      told(KEY, 'b', 1, total('asserted', '130'), { field: 'iban', value: 'de8937040044', role: 'asserted' }),
      told(KEY, 'c', 2, total('asserted', '12995')),
    ],
    finds: [],
  },
  {
    name: 'a stock is another one on another day',
    signals: [
      told('product:s100', 'a', 0, { field: 'stock', value: '140', role: 'observed' }),
      told('product:s100', 'b', 30, { field: 'stock', value: '12', role: 'asserted' }),
    ],
    finds: [],
  },
  {
    name: 'a field that was seen to change by itself is not known any more',
    signals: [
      told(KEY, 'a', 0, { field: 'delivery_date', value: '2026-03-04', role: 'observed' }),
      told(KEY, 'b', 20, { field: 'delivery_date', value: '2026-03-06', role: 'observed' }),
      told(KEY, 'c', 40, { field: 'delivery_date', value: '2026-03-09', role: 'asserted' }),
    ],
    finds: [],
  },
  {
    name: 'a memory still has what was so before it was changed',
    signals: [
      told(KEY, 'a', 0, { field: 'contract_end', value: '2026-03-31', role: 'observed' }),
      told(KEY, 'c', 24, { field: 'contract_end', value: '2027-03-31', role: 'written' }),
      told(KEY, 'b', 60, { field: 'contract_end', value: '2026-03-31', role: 'asserted', basis: 'context' }),
    ],
    finds: [{ ...found, type: 'outdated' }],
  },
  {
    name: 'it was changed while the other session was at work',
    signals: [
      told(KEY, 'a', 0, { field: 'contract_end', value: '2026-03-31', role: 'observed' }),
      told(KEY, 'c', 24, { field: 'contract_end', value: '2027-03-31', role: 'written' }),
      told(KEY, 'b', 24.05, { field: 'contract_end', value: '2026-03-31', role: 'asserted', basis: 'context' }),
    ],
    finds: [],
  },
  {
    name: 'two sessions state different meters of one contract and no result says which',
    signals: [
      told(KEY, 'a', 0, { field: 'meter_number', value: 'zx448812', role: 'asserted' }),
      told(KEY, 'b', 48, { field: 'meter_number', value: 'qk991270', role: 'asserted' }),
    ],
    finds: [
      {
        pattern: 'fact_contradiction',
        spanId: 'b-asserted',
        rootCauseSpanId: 'a-asserted-asked',
        severity: 'medium',
        type: 'against_statement',
      },
    ],
  },
  {
    name: 'what others make of it differs',
    signals: [
      told(KEY, 'a', 0, { field: 'limit_eur', value: '45000', role: 'asserted' }),
      told(KEY, 'b', 48, { field: 'limit_eur', value: '52500', role: 'asserted' }),
    ],
    finds: [],
  },
  {
    name: 'answers are positions: they are held against results only',
    signals: [
      told(KEY, 'a', 0, { field: 'budgeted', value: '45100', role: 'asserted', tool: '' }),
      told(KEY, 'b', 48, { field: 'budgeted', value: '52500', role: 'asserted', tool: '' }),
    ],
    finds: [],
  },
];

import { told } from './fact-cases.ts';
import type { FleetCase } from './fleet-cases.ts';

const KEY = 'reference:order@conv-1';
const id = (value: string, role: string, more = {}) => ({ field: 'id', value, role, ...more });
/** Runs of one conversation. */
const run = (name: string, hours: number, ...facts: Parameters<typeof told>[3][]) => told(KEY, name, hours, ...facts);

export const cases: readonly FleetCase[] = [
  {
    name: 'a later turn goes on with another order than the conversation was about',
    signals: [
      run('one', 0, id('w7731942', 'used', { basis: 'user' }), id('w7731942', 'observed')),
      run('two', 2, id('w2206518', 'used')),
    ],
    finds: [
      {
        pattern: 'identity_drift',
        spanId: 'two-used',
        rootCauseSpanId: 'two-used-asked',
        severity: 'high',
        type: 'other_thing',
      },
    ],
    example: true,
  },
  {
    name: 'the user names another one',
    signals: [
      run('one', 0, id('w7731942', 'used', { basis: 'user' })),
      run('two', 2, id('w2206518', 'used', { basis: 'user' })),
    ],
    finds: [],
  },
  {
    name: 'an earlier look-up had listed it',
    signals: [
      run('one', 0, id('w7731942', 'observed'), id('w2206518', 'observed')),
      run('two', 2, id('w2206518', 'used')),
    ],
    finds: [],
  },
  {
    name: 'the turn was given one of the kind, and its slip is told within the run',
    signals: [
      run('one', 0, id('w7731942', 'used', { basis: 'user' })),
      run('two', 2, id('w5544123', 'observed'), id('w5544132', 'used')),
    ],
    finds: [],
  },
  {
    name: 'an address that has always led to one customer is used for another',
    signals: [
      told('email:maria@example.com', 'a', 0, { field: 'customer_id', value: 'c-1001', role: 'observed' }),
      told('email:maria@example.com', 'b', 9, { field: 'customer_id', value: 'c-1001', role: 'observed' }),
      told('email:maria@example.com', 'c', 30, { field: 'customer_id', value: 'c-8822', role: 'asserted' }),
    ],
    finds: [{ pattern: 'identity_drift', spanId: 'c-asserted', type: 'other_owner' }],
  },
  {
    name: 'one address of two accounts leads to either',
    signals: [
      told('email:maria@example.com', 'a', 0, { field: 'customer_id', value: 'c-1001', role: 'observed' }),
      told('email:maria@example.com', 'b', 9, { field: 'customer_id', value: 'c-8822', role: 'observed' }),
      told('email:maria@example.com', 'c', 30, { field: 'customer_id', value: 'c-8822', role: 'asserted' }),
    ],
    finds: [],
  },
];

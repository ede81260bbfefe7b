import { told } from './fact-cases.ts';
import type { FleetCase } from './fleet-cases.ts';

const KEY = 'customer:c-7181';
const policy = (role: string, more = {}) => ({ field: 'policy_number', value: 'pn-448812', role, ...more });

export const cases: readonly FleetCase[] = [
  {
    name: 'an agent notes a policy that nobody ever named, and another one opens a claim on it',
    signals: [told(KEY, 'a', 0, policy('asserted')), told(KEY, 'b', 30, policy('used', { basis: 'context' }))],
    finds: [
      {
        pattern: 'hallucinated_fact',
        spanId: 'a-asserted',
        rootCauseSpanId: 'a-asserted-asked',
        severity: 'high',
        type: 'relied_on',
      },
    ],
    example: true,
  },
  { name: 'nobody goes by it', signals: [told(KEY, 'a', 0, policy('asserted'))], finds: [] },
  {
    name: 'a result names it later',
    signals: [
      told(KEY, 'a', 0, policy('asserted')),
      told(KEY, 'b', 30, policy('used', { basis: 'context' })),
      told(KEY, 'c', 40, policy('observed')),
    ],
    finds: [],
  },
  {
    name: 'the user named it',
    signals: [
      told(KEY, 'a', 0, policy('asserted', { basis: 'user' })),
      told(KEY, 'b', 30, policy('used', { basis: 'context' })),
    ],
    finds: [],
  },
  {
    name: 'the other one had it from its own look-up',
    signals: [told(KEY, 'a', 0, policy('asserted')), told(KEY, 'b', 30, policy('used', { basis: 'result' }))],
    finds: [],
  },
  {
    name: 'too little was captured to tell where it comes from',
    signals: [
      told(KEY, 'a', 0, policy('asserted', { basis: 'unknown' })),
      told(KEY, 'b', 30, policy('used', { basis: 'context' })),
    ],
    finds: [],
  },
  {
    name: 'what is decided is no fact that anybody could know',
    signals: [
      told(KEY, 'a', 0, { field: 'approved_amount', value: '1347.85', role: 'asserted' }),
      told(KEY, 'b', 30, { field: 'approved_amount', value: '1347.85', role: 'used', basis: 'context' }),
    ],
    finds: [],
  },
];

import { told } from './fact-cases.ts';
import type { FleetCase } from './fleet-cases.ts';

const KEY = 'site:n-204';
const set = (session: string, hours: number, value: string, more = {}) =>
  told(KEY, session, hours, { field: 'contact_email', value, role: 'written', ...more });

const toAndFro = ['a@site.example', 'b@site.example', 'a@site.example', 'b@site.example'];

export const cases: readonly FleetCase[] = [
  {
    name: 'two agents set an address to and fro',
    signals: toAndFro.map((value, i) => set(`s${i}`, i * 20, value)),
    finds: [
      {
        pattern: 'unstable_knowledge',
        spanId: 's3-written',
        rootCauseSpanId: 's2-written-asked',
        severity: 'high',
        type: 'to_and_fro',
      },
    ],
    example: true,
  },
  {
    name: 'a correction is no to and fro',
    signals: toAndFro.slice(0, 3).map((value, i) => set(`s${i}`, i * 20, value)),
    finds: [],
  },
  {
    name: 'users ask for it each time',
    signals: toAndFro.map((value, i) => set(`s${i}`, i * 20, value, { basis: 'user' })),
    finds: [],
  },
  {
    name: 'it goes on to new values',
    signals: toAndFro.map((_, i) => set(`s${i}`, i * 20, `p${i}${i}${i}@site.example`)),
    finds: [],
  },
];

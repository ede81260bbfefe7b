import { waited } from './fact-cases.ts';
import type { FleetCase } from './fleet-cases.ts';

export const cases: readonly FleetCase[] = [
  {
    name: 'two sessions hold a lock each and wait for the other one',
    signals: [
      waited('a', { from: 0, to: 40, holds: ['stock'], waitsFor: ['ledger'] }),
      waited('b', { from: 2, to: 32, holds: ['ledger'], waitsFor: ['stock'], inVain: true }),
    ],
    finds: [
      {
        pattern: 'cross_session_deadlock',
        spanId: 'b-wait0',
        rootCauseSpanId: 'b-wait0-asked',
        severity: 'high',
        type: 'cycle',
      },
    ],
    example: true,
  },
  {
    name: 'three sessions wait for each other in turn, what they hold told by other spans',
    signals: [
      waited('a', { from: 0, to: 60, holds: ['stock'] }, { from: 5, to: 50, waitsFor: ['ledger'] }),
      waited('b', { from: 0, to: 60, holds: ['ledger'] }, { from: 6, to: 50, waitsFor: ['printer'] }),
      waited('c', { from: 0, to: 40, holds: ['printer'] }, { from: 7, to: 37, waitsFor: ['stock'], inVain: true }),
    ],
    finds: [{ pattern: 'cross_session_deadlock', spanId: 'c-wait1', severity: 'critical', type: 'cycle' }],
  },
  {
    name: 'two sessions wait for each other by their names',
    signals: [
      waited('a', { from: 0, to: 40, waitsFor: ['b'] }),
      waited('b', { from: 2, to: 32, waitsFor: ['a'], inVain: true }),
    ],
    finds: [{ pattern: 'cross_session_deadlock', spanId: 'b-wait0' }],
  },
  {
    name: 'one waits for what the other holds, and gets it',
    signals: [
      waited('a', { from: 0, to: 40, holds: ['stock'], waitsFor: ['ledger'] }),
      waited('b', { from: 2, to: 38, holds: ['ledger'] }),
    ],
    finds: [],
  },
  {
    name: 'they waited for each other one after the other',
    signals: [
      waited('a', { from: 0, to: 10, holds: ['stock'], waitsFor: ['ledger'], inVain: true }),
      waited('b', { from: 12, to: 22, holds: ['ledger'], waitsFor: ['stock'], inVain: true }),
    ],
    finds: [],
  },
  {
    name: 'nobody gave up: whoever was waited for went on',
    signals: [
      waited('a', { from: 0, to: 40, holds: ['stock'], waitsFor: ['ledger'] }),
      waited('b', { from: 2, to: 32, holds: ['ledger'], waitsFor: ['stock'] }),
    ],
    finds: [],
  },
  {
    name: 'three queue for one resource',
    signals: [
      waited('a', { from: 0, to: 30, holds: ['stock'] }),
      waited('b', { from: 2, to: 32, waitsFor: ['stock'] }),
      waited('c', { from: 3, to: 40, waitsFor: ['stock'], inVain: true }),
    ],
    finds: [],
  },
  {
    name: 'within one session it is told by another pattern',
    signals: [
      waited(
        'a',
        { from: 0, to: 40, holds: ['stock'], waitsFor: ['ledger'], inVain: true },
        { from: 0, to: 40, holds: ['ledger'], waitsFor: ['stock'], inVain: true },
      ),
    ],
    finds: [],
  },
];

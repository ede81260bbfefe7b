import { accessed } from './fact-cases.ts';
import type { FleetCase } from './fleet-cases.ts';

const read = (at: number, more = {}) => ({ operation: 'read', at, ...more }) as const;
const write = (at: number, more = {}) => ({ operation: 'write', at, ...more }) as const;
const found = { pattern: 'lost_update', severity: 'high' } as const;

export const cases: readonly FleetCase[] = [
  {
    name: 'a session writes from a version that another one has replaced meanwhile',
    signals: [
      accessed('b', read(5, { version: '7' }), write(10, { baseVersion: '7', version: '8' })),
      accessed('a', read(0, { version: '7' }), write(20, { baseVersion: '7', version: '8' })),
    ],
    finds: [{ ...found, spanId: 'a-write1', rootCauseSpanId: 'a-read0', type: 'outdated_base' }],
    example: true,
  },
  {
    name: 'it is found, too, when the other write is told of later',
    signals: [
      accessed('a', read(0, { version: '7' }), write(20, { baseVersion: '7', version: '8' })),
      { ...accessed('b', write(10, { baseVersion: '7', version: '8' })), atMs: 1_767_600_200_000 },
    ],
    finds: [{ ...found, spanId: 'a-write1', type: 'outdated_base' }],
  },
  {
    name: 'it looked again and carries on from the new version',
    signals: [
      accessed('b', read(5, { version: '7' }), write(10, { baseVersion: '7', version: '8' })),
      accessed(
        'a',
        read(0, { version: '7' }),
        read(15, { version: '8' }),
        write(20, { baseVersion: '8', version: '9' }),
      ),
    ],
    finds: [],
  },
  {
    name: 'both wrote other fields of the record',
    signals: [
      accessed('b', write(10, { baseVersion: '7', version: '8', fields: { phone: 'p2' } })),
      accessed('a', write(20, { baseVersion: '7', version: '9', fields: { plan: 'x2' } })),
    ],
    finds: [],
  },
  {
    name: 'without versions, a session overwrites what another one wrote since it had looked',
    signals: [
      accessed(
        'b',
        read(5, { fields: { phone: 'p1', plan: 'x1' } }),
        write(10, { fields: { phone: 'p2', plan: 'x1' } }),
      ),
      accessed(
        'a',
        read(0, { fields: { phone: 'p1', plan: 'x1' } }),
        write(20, { fields: { phone: 'p1', plan: 'x2' } }),
      ),
    ],
    finds: [{ ...found, spanId: 'a-write1', rootCauseSpanId: 'a-read0', type: 'unseen_write' }],
  },
  {
    name: 'it keeps what the other one changed',
    signals: [
      accessed(
        'b',
        read(5, { fields: { phone: 'p1', plan: 'x1' } }),
        write(10, { fields: { phone: 'p2', plan: 'x1' } }),
      ),
      accessed(
        'a',
        read(0, { fields: { phone: 'p1', plan: 'x1' } }),
        write(20, { fields: { phone: 'p2', plan: 'x2' } }),
      ),
    ],
    finds: [],
  },
  {
    name: 'who has not looked means to replace it',
    signals: [
      accessed('b', write(10, { fields: { phone: 'p2' } })),
      accessed('a', write(20, { fields: { phone: 'p3' } })),
    ],
    finds: [],
  },
  {
    name: 'two sessions write one field at the same time',
    signals: [
      accessed('b', write(10, { ms: 400, fields: { phone: 'p2' } })),
      accessed('a', write(10.1, { ms: 400, fields: { phone: 'p3' } })),
    ],
    finds: [{ ...found, spanId: 'a-write0', type: 'at_the_same_time' }],
  },
  {
    name: 'a session reads a version older than the one that it wrote',
    signals: [accessed('a', write(0, { baseVersion: '7', version: '8' }), read(5, { version: '7' }))],
    finds: [{ pattern: 'lost_update', severity: 'medium', spanId: 'a-read1', type: 'stale_read' }],
  },
  {
    name: 'a cache is refreshed: the same version twice, then a newer one',
    signals: [accessed('a', read(0, { version: '7' }), read(5, { version: '7' }), read(9, { version: '8' }))],
    finds: [],
  },
];

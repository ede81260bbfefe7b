import type { HandoffCounts } from '../detector/normals.ts';
import type { FieldType, PayloadShape } from '../reading/payload-shape.ts';
import type { Subject } from './subject.ts';

/** Fields of a pair that are counted; later ones find no room until some are forgotten. */
const MOST_FIELDS = 64;

type Fields = Record<string, Partial<Record<FieldType, number>>>;

function add(fields: Fields, field: string, type: FieldType, times: number): void {
  if (!Object.hasOwn(fields, field)) {
    if (Object.keys(fields).length >= MOST_FIELDS) return;
    fields[field] = {};
  }
  const types = fields[field] as Partial<Record<FieldType, number>>;
  types[type] = (types[type] ?? 0) + times;
}

/** What the handoffs of a pair of agents carried. */
export const handoffSubject: Subject<HandoffCounts, PayloadShape> = {
  empty: () => ({ handoffs: 0, fields: {} }),
  learn(counts, shape) {
    counts.handoffs += 1;
    for (const [field, type] of Object.entries(shape)) add(counts.fields, field, type, 1);
  },
  seen: ({ handoffs }) => handoffs,
  halve(counts) {
    counts.handoffs >>= 1;
    for (const [field, types] of Object.entries(counts.fields)) {
      for (const [type, times] of Object.entries(types) as [FieldType, number][]) {
        if (times < 2) delete types[type];
        else types[type] = times >> 1;
      }
      if (Object.keys(types).length === 0) delete counts.fields[field];
    }
  },
  merge(counts, apart) {
    counts.handoffs += apart.handoffs;
    for (const [field, types] of Object.entries(apart.fields)) {
      for (const [type, times] of Object.entries(types) as [FieldType, number][])
        add(counts.fields, field, type, times);
    }
  },
};

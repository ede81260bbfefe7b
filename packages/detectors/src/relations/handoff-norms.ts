import type { FieldType, PayloadShape } from '../reading/payload-shape.ts';

/*
 * What handoffs of a pair of agents normally carry, learned from those that ended well. Pure: whoever keeps the counts calls
 * `countHandoff` for each handoff of a run that was judged correct, and hands `normOf` to the pattern.
 */

/** Handoffs of one pair that ended well. Plain JSON, bounded: the state of one key of a store. */
export interface HandoffCounts {
  handoffs: number;
  /** How often each field was of each type; at most 64 fields. */
  fields: Record<string, Partial<Record<FieldType, number>>>;
}

export interface HandoffNorm {
  /** Handoffs that it was learned from. */
  handoffs: number;
  /** Fields that practically all of them had, with their one type. */
  required: Readonly<Record<string, FieldType>>;
}

/** The norm of a pair of agents (keys); undefined while too little is known. */
export type HandoffNorms = (from: string, to: string) => HandoffNorm | undefined;

const MOST_FIELDS = 64;

export const newHandoffCounts = (): HandoffCounts => ({ handoffs: 0, fields: {} });

/** Takes a handoff in, in place. */
export function countHandoff(counts: HandoffCounts, shape: PayloadShape): void {
  counts.handoffs += 1;
  for (const [field, type] of Object.entries(shape)) {
    let types = counts.fields[field];
    if (!types) {
      if (Object.keys(counts.fields).length >= MOST_FIELDS) continue;
      types = {};
      counts.fields[field] = types;
    }
    types[type] = (types[type] ?? 0) + 1;
  }
}

export interface NormSettings {
  /** Handoffs before a norm is believed. Default 50. */
  leastHandoffs: number;
  /** Share of the handoffs that must have had a field, of one type. Default 0.98. */
  share: number;
}

const DEFAULTS: NormSettings = { leastHandoffs: 50, share: 0.98 };

/** What is always handed over; undefined while fewer handoffs were seen than are needed, or nothing is always there. */
export function normOf(counts: HandoffCounts, overrides: Partial<NormSettings> = {}): HandoffNorm | undefined {
  const { leastHandoffs, share } = { ...DEFAULTS, ...overrides };
  const { handoffs } = counts;
  if (handoffs < leastHandoffs) return undefined;
  const required: Record<string, FieldType> = {};
  for (const [field, types] of Object.entries(counts.fields)) {
    for (const [type, times = 0] of Object.entries(types) as [FieldType, number | undefined][]) {
      if (type !== 'null' && times >= share * handoffs) required[field] = type;
    }
  }
  return Object.keys(required).length === 0 ? undefined : { handoffs, required };
}

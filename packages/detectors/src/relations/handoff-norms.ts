import type { HandoffCounts } from '../detector/normals.ts';
import type { FieldType } from '../reading/payload-shape.ts';

/** What is always handed over from one agent to another. */
export interface HandoffNorm {
  /** Handoffs that it was learned from. */
  handoffs: number;
  /** Fields that practically all of them had, with their one type. */
  required: Readonly<Record<string, FieldType>>;
}

export interface NormSettings {
  /** Handoffs before a norm is believed. */
  leastHandoffs: number;
  /** Share of the handoffs that must have had a field, of one type. */
  requiredShare: number;
}

/** Undefined while fewer handoffs were seen than are needed, or nothing is always there. */
export function normOf(counts: HandoffCounts, { leastHandoffs, requiredShare }: NormSettings): HandoffNorm | undefined {
  const { handoffs } = counts;
  if (handoffs < leastHandoffs) return undefined;
  const required: Record<string, FieldType> = {};
  for (const [field, types] of Object.entries(counts.fields)) {
    for (const [type, times = 0] of Object.entries(types) as [FieldType, number | undefined][]) {
      if (type !== 'null' && times >= requiredShare * handoffs) required[field] = type;
    }
  }
  return Object.keys(required).length === 0 ? undefined : { handoffs, required };
}

import type { HandoffCounts, NormalHandoffs } from '../detector/normals.ts';
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

/** So many handoffs may lack a field that was always there before it is held to be optional, … */
const TOLERATED = 2;
/** … or so many times the share that may lack it from the beginning. */
const TOLERATED_TIMES = 2;

const timesOf = ({ fields }: HandoffCounts, field: string, type: FieldType): number => fields[field]?.[type] ?? 0;

/** Undefined while fewer handoffs were seen than are needed, or nothing is always there. */
export function normOf({ normal, beyond }: NormalHandoffs, settings: NormSettings): HandoffNorm | undefined {
  const { leastHandoffs, requiredShare } = settings;
  const { handoffs } = normal;
  if (handoffs < leastHandoffs) return undefined;
  const all = handoffs + (beyond?.handoffs ?? 0);
  const tolerated = Math.max(TOLERATED, TOLERATED_TIMES * (1 - requiredShare) * all);
  const required: Record<string, FieldType> = {};
  for (const [field, types] of Object.entries(normal.fields)) {
    for (const [type, times = 0] of Object.entries(types) as [FieldType, number | undefined][]) {
      if (type === 'null' || times < requiredShare * handoffs) continue;
      const lacking = all - times - (beyond ? timesOf(beyond, field, type) : 0);
      if (lacking <= tolerated) required[field] = type;
    }
  }
  return Object.keys(required).length === 0 ? undefined : { handoffs, required };
}

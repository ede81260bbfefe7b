import type { FormCounts, NormalHandoffs } from '../detector/normals.ts';
import type { ContractBreak } from '../reading/handoff-contract.ts';
import type { FieldType, PayloadShape } from '../reading/payload-shape.ts';
import { evidenceFor, isEstablished, isRefuted } from '../sequential-test.ts';
import { formOf, usualFields } from './handoff-forms.ts';

/** What payloads of one form always have. */
export interface HandoffNorm {
  /** Which of the forms that are known it is of. */
  form: number;
  /** Payloads that it was learned from. */
  handoffs: number;
  /** Fields that practically all of them had, with their one type. */
  required: Readonly<Record<string, FieldType>>;
}

export interface NormSettings {
  /** Share of the payloads that have a required field. */
  requiredShare: number;
  /** Share of the payloads that have an optional field, at most. */
  optionalShare: number;
  /** Probability of holding the one for the other. */
  error: number;
}

const timesOf = (form: FormCounts | undefined, field: string, type: FieldType): number =>
  form?.fields[field]?.[type] ?? 0;

/**
 * The norm of the form that a payload has; undefined where it has a form that is not known, or of which no field is established
 * to be required. It stays required though some lack it, until it is established that it is optional.
 */
function normOf(
  { normal, beyond }: NormalHandoffs,
  shape: PayloadShape,
  { requiredShare, optionalShare, error }: NormSettings,
): HandoffNorm | undefined {
  const form = formOf(normal.forms, Object.keys(shape));
  if (!form) return undefined;
  const apart = beyond && formOf(beyond.forms, usualFields(form));
  const { handoffs } = form;
  const shares = { share: requiredShare, otherwise: optionalShare };
  const required: Record<string, FieldType> = {};
  for (const [field, types] of Object.entries(form.fields)) {
    for (const [type, times = 0] of Object.entries(types) as [FieldType, number | undefined][]) {
      if (type === 'null' || !isEstablished(evidenceFor(shares, times, handoffs), error)) continue;
      const hits = times + timesOf(apart, field, type);
      if (isRefuted(evidenceFor(shares, hits, handoffs + (apart?.handoffs ?? 0)), error)) continue;
      required[field] = type;
    }
  }
  return Object.keys(required).length === 0 ? undefined : { form: normal.forms.indexOf(form), handoffs, required };
}

function breaksOf(shape: PayloadShape, { required }: HandoffNorm): ContractBreak[] {
  const breaks: ContractBreak[] = [];
  for (const [field, type] of Object.entries(required)) {
    const found = shape[field];
    if (found === undefined) breaks.push({ field, problem: 'missing', rule: 'is always there', lenient: false });
    else if (found === 'null') breaks.push({ field, problem: 'empty', rule: 'is never empty', lenient: false });
    else if (found !== type) breaks.push({ field, problem: 'type', rule: `is always ${type}`, lenient: false });
  }
  return breaks;
}

/**
 * How a payload, whose forms have these shapes, breaks the norm of one of them; undefined where it does not. Of several of one form,
 * as the objects of a list, the one that lacks the least counts.
 *
 * @param optional fields that are known to be optional
 */
export function breaksOfNorms(
  known: NormalHandoffs,
  shapes: readonly PayloadShape[],
  optional: readonly string[],
  settings: NormSettings,
): { norm: HandoffNorm; breaks: ContractBreak[] } | undefined {
  const fewest = new Map<number, { norm: HandoffNorm; breaks: ContractBreak[] }>();
  for (const shape of shapes) {
    const norm = normOf(known, shape, settings);
    if (!norm) continue;
    const breaks = breaksOf(shape, norm).filter(({ field }) => !optional.includes(field));
    if (breaks.length < (fewest.get(norm.form)?.breaks.length ?? Number.POSITIVE_INFINITY))
      fewest.set(norm.form, { norm, breaks });
  }
  return [...fewest.values()].find(({ breaks }) => breaks.length > 0);
}

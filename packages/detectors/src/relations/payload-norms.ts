import type { FormCounts, NormalPayloads } from '../detector/normals.ts';
import * as setting from '../detector/setting.ts';
import type { ContractBreak } from '../reading/handoff-contract.ts';
import type { FieldType, PayloadShape } from '../reading/payload-shape.ts';
import {
  evidenceAgainstAny,
  evidenceFor,
  type Hypotheses,
  isEstablished,
  isRefuted,
} from '../statistics/sequential-test.ts';
import { formOf, usualFields } from './payload-forms.ts';

/** What payloads of one form always have. */
export interface PayloadNorm {
  /** Which of the forms that are known it is of. */
  form: number;
  /** Payloads that it was learned from. */
  payloads: number;
  /** Fields that practically all of them had, with their one type. */
  required: Readonly<Record<string, FieldType>>;
  /** There were too few of them to establish it. */
  isHint: boolean;
}

/** Settings of a pattern that learns what payloads always have. */
export const normSettings = {
  requiredShare: setting.share(
    0.995,
    'share of the payloads of a form, in runs that ended well, that have a required field, of one type',
    'one in 200 may end well without it',
  ),
  optionalShare: setting.share(
    0.9,
    'share of them that have a field that is optional, at most',
    'what more of them have is missed where it is not there; with `requiredShare` and `error`, 30 payloads that all have a field tell ' +
      'that it is required, and each that lacks it, or has it of another type, asks for 30 more',
  ),
  error: setting.share(
    0.05,
    'probability of ever holding an optional field for a required one, and of giving a required one up',
    'of a field that nine payloads of ten have; of one that fewer have, much less',
  ),
  hintError: setting.share(
    0.1,
    'the same for a hint, where every share of payloads that may have an optional field is held to be as likely',
    'ten payloads that all have a field are a hint (Jeffreys calls odds of ten strong), told as `info`',
  ),
} as const;

export type NormSettings = setting.SettingsOf<typeof normSettings>;

const timesOf = (form: FormCounts | undefined, field: string, type: FieldType): number =>
  form?.fields[field]?.[type] ?? 0;

/** How much speaks for a field being required that `hits` of `trials` have; how much is asked for; and of a field that is declared optional. */
type Test = readonly [evidence: (hits: number, trials: number) => number, error: number, optionalError: number];

/** What is said of payloads beside the norm. */
export interface Leniency {
  /** Breaks that are none. */
  isLawful?: (broken: ContractBreak) => boolean;
  /** Fields that are declared optional: more payloads have to tell that they are always there, and that one is not weighs less. */
  optional?: { fields: readonly string[]; error: number };
}

/** No number of payloads is enough. */
const NEVER = 0;

/**
 * The norm of the form that a payload has; undefined where it has a form that is not known, or of which no field passes the
 * test. It stays required though some lack it, until it is established that it is optional.
 */
function normOf(
  { normal, beyond }: NormalPayloads,
  shape: PayloadShape,
  [evidence, error, optionalError]: Test,
  optional: readonly string[],
  isHint: boolean,
): PayloadNorm | undefined {
  const form = formOf(normal.forms, Object.keys(shape));
  if (!form) return undefined;
  const apart = beyond && formOf(beyond.forms, usualFields(form));
  const { payloads } = form;
  const required: Record<string, FieldType> = {};
  for (const [field, types] of Object.entries(form.fields)) {
    const most = optional.includes(field) ? optionalError : error;
    if (most === NEVER) continue;
    for (const [type, times = 0] of Object.entries(types) as [FieldType, number | undefined][]) {
      if (type === 'null' || !isEstablished(evidence(times, payloads), most)) continue;
      const hits = times + timesOf(apart, field, type);
      if (isRefuted(evidence(hits, payloads + (apart?.payloads ?? 0)), error)) continue;
      required[field] = type;
    }
  }
  if (Object.keys(required).length === 0) return undefined;
  return { form: normal.forms.indexOf(form), payloads, required, isHint };
}

function breaksOf(shape: PayloadShape, { required }: PayloadNorm, optional: readonly string[]): ContractBreak[] {
  const breaks: ContractBreak[] = [];
  for (const [field, type] of Object.entries(required)) {
    const found = shape[field];
    const lenient = optional.includes(field);
    if (found === undefined) breaks.push({ field, problem: 'missing', rule: 'is always there', lenient });
    else if (found === 'null') breaks.push({ field, problem: 'empty', rule: 'is never empty', lenient });
    else if (found !== type) breaks.push({ field, problem: 'type', rule: `is always ${type}`, lenient });
  }
  return breaks;
}

/** A norm, and how a payload breaks it. */
export interface BrokenNorm {
  norm: PayloadNorm;
  breaks: ContractBreak[];
}

/**
 * How a payload, whose forms have these shapes, breaks the norm of one of them: one that is established, else one that is hinted at.
 * Undefined where it breaks none. Of several of one form, as the objects of a list, the one that lacks the least counts.
 */
export function breaksOfNorms(
  known: NormalPayloads,
  shapes: readonly PayloadShape[],
  { isLawful = () => false, optional = { fields: [], error: NEVER } }: Leniency,
  { requiredShare, optionalShare, error, hintError }: NormSettings,
): BrokenNorm | undefined {
  const shares: Hypotheses = { share: requiredShare, otherwise: optionalShare };
  const established: Test = [(hits, trials) => evidenceFor(shares, hits, trials), error, optional.error];
  const hinted: Test = [(hits, trials) => evidenceAgainstAny(requiredShare, hits, trials), hintError, NEVER];
  const brokenBy = (test: Test, isHint: boolean): BrokenNorm | undefined => {
    const fewest = new Map<number, BrokenNorm>();
    for (const shape of shapes) {
      const norm = normOf(known, shape, test, optional.fields, isHint);
      if (!norm) continue;
      const breaks = breaksOf(shape, norm, optional.fields).filter((broken) => !isLawful(broken));
      if (breaks.length < (fewest.get(norm.form)?.breaks.length ?? Number.POSITIVE_INFINITY))
        fewest.set(norm.form, { norm, breaks });
    }
    return [...fewest.values()].find(({ breaks }) => breaks.length > 0);
  };
  return brokenBy(established, false) ?? brokenBy(hinted, true);
}

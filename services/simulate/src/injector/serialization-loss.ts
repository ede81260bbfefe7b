import { callSites } from '../plan/sites.ts';
import type { RunPlan } from '../plan/step.ts';
import type { Random } from '../random.ts';
import type { FaultNote } from '../truth.ts';
import { handOverInstead, handoffsOf } from './handoffs.ts';
import type { Injector } from './injector.ts';
import { stranded } from './stranded.ts';

type Loss = (value: unknown) => unknown;

/** What careless programs make of structured values. */
const losses: Readonly<Record<string, Loss>> = {
  object_as_text: (value) => (Array.isArray(value) ? value.map(() => '[object Object]').join(',') : '[object Object]'),
  double_encoded: (value) => JSON.stringify(JSON.stringify(value)),
  json_in_json: (value) => JSON.stringify(value),
  python_repr: (value) => pythonRepr(value),
  java_to_string: (value) => javaToString(value),
};

/** Structured data is flattened, encoded twice or printed by a language's own rules on its way. */
export const serializationLoss: Injector = {
  fault: 'serialization_loss',
  inject(plan, random) {
    const forms = random.chance(0.4) ? [inHandoff, inResult, asNoNumber] : [inResult, asNoNumber, inHandoff];
    for (const form of forms) {
      const notes = form(plan, random);
      if (notes) return notes;
    }
    return undefined;
  },
};

const isNested = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;

/** A list of text or of numbers reads the same, whatever prints it. */
const hasDepth = (value: unknown): boolean =>
  isNested(value) && (!Array.isArray(value) || value.some((each) => isNested(each) && !Array.isArray(each)));

function inResult(plan: RunPlan, random: Random): FaultNote[] | undefined {
  const places = callSites(plan).flatMap(({ tool }) =>
    Object.entries((tool.result ?? {}) as Record<string, unknown>).flatMap(([key, value]) =>
      hasDepth(value) ? [{ tool, key, value }] : [],
    ),
  );
  if (places.length === 0) return undefined;
  const { tool, key, value } = random.pick(places);
  const lost = tool.result;
  const variant = random.pick(Object.keys(losses));
  tool.result = { ...(tool.result as object), [key]: losses[variant]?.(value) };
  return [{ pattern: 'serialization_loss', variant, at: tool, orCauseBelow: true }, ...stranded(plan, lost, tool)];
}

/** A number that is none, printed as text. */
function asNoNumber(plan: RunPlan, random: Random): FaultNote[] | undefined {
  const places = callSites(plan).flatMap(({ tool }) =>
    Object.entries((tool.result ?? {}) as Record<string, unknown>).flatMap(([key, value]) =>
      typeof value === 'number' ? [{ tool, key }] : [],
    ),
  );
  if (places.length === 0) return undefined;
  const { tool, key } = random.pick(places);
  const lost = tool.result;
  const text = random.pick(['NaN', 'undefined', 'NaN']);
  tool.result = { ...(tool.result as object), [key]: text };
  return [
    { pattern: 'serialization_loss', variant: 'no_number', at: tool, orCauseBelow: true },
    ...stranded(plan, lost, tool),
  ];
}

function inHandoff(plan: RunPlan, random: Random): FaultNote[] | undefined {
  const handoffs = handoffsOf(plan);
  if (handoffs.length === 0) return undefined;
  const handoff = random.pick(handoffs);
  const { payload, tool, to, inference, from } = handoff;
  const [key] = Object.keys(payload).filter((key) => isNested(payload[key]));
  // In words, a model reads any notation: only what is gone is lost.
  const inField = ['object_as_text', 'json_in_json', 'python_repr', 'double_encoded'];
  const variant = random.pick(tool && key !== undefined ? inField : ['object_as_text']);
  const loss = losses[variant] as Loss;
  if (tool && key !== undefined) {
    handOverInstead(handoff, { ...payload, [key]: loss(payload[key]) });
  } else handOverInstead(handoff, payload, `Please go on with this: ${String(loss(payload))}`);
  const at = tool && key !== undefined ? tool : to;
  const asked = inference ? [inference] : [];
  // The receiver's model is the first that is given it.
  const given = to.steps.filter((step) => step.kind === 'inference').slice(0, 1);
  const orCause = [from, ...asked, ...given, ...(tool ? [tool] : [])];
  const where = { at, orCause, steps: [at, to, ...asked, ...given] };
  return [
    { pattern: 'serialization_loss', variant: `handoff_${variant}`, ...where },
    ...(['context_contract_violation', 'tool_misrouting', 'context_decay'] as const).map(
      (pattern): FaultNote => ({
        pattern,
        variant: 'serialization',
        isArguable: true,
        at,
        steps: where.steps,
      }),
    ),
  ];
}

function javaToString(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(javaToString).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{${Object.entries(value)
    .map(([key, each]) => `${key}=${javaToString(each)}`)
    .join(', ')}}`;
}

function pythonRepr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, each]) => `'${key}': ${pythonRepr(each)}`)
      .join(', ')}}`;
  }
  return String(value);
}

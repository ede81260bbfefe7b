import { specOf } from '../plan/script.ts';
import { handOverInstead, handoffsOf } from './handoffs.ts';
import type { Injector } from './injector.ts';

/** A field that always is handed over is missing, empty or of another type. */
export const contextContractViolation: Injector = {
  fault: 'context_contract_violation',
  inject(plan, random) {
    const places = handoffsOf(plan).flatMap((handoff) => {
      const { from, tool, payload } = handoff;
      const required = tool ? (specOf(from.agent, tool.tool)?.parameters.required ?? []) : Object.keys(payload);
      return required.filter((key) => key in payload).map((key) => ({ handoff, key }));
    });
    if (places.length === 0) return undefined;
    const { handoff, key } = random.pick(places);
    const value = handoff.payload[key];
    const variant = random.pick(['missing', 'missing', 'empty', 'null', 'other_type']);
    const payload: Record<string, unknown> = { ...handoff.payload };
    if (variant === 'missing') delete payload[key];
    else if (variant === 'null') payload[key] = null;
    else if (variant === 'empty') payload[key] = Array.isArray(value) ? [] : '';
    else payload[key] = typeof value === 'string' ? { value } : String(value);
    handOverInstead(handoff, payload);
    const { to, tool, inference } = handoff;
    const at = tool ?? to;
    const asked = inference ? [inference] : [];
    return [
      {
        pattern: 'context_contract_violation',
        variant,
        at,
        cause: inference ?? at,
        orCause: [at, to, handoff.from],
        steps: [at, to, ...asked],
      },
      // A transfer tool's schema is broken by the same stroke.
      { pattern: 'tool_misrouting', variant: 'handoff', isArguable: true, at, steps: [at, ...asked] },
      { pattern: 'context_decay', variant: 'handoff', isArguable: true, at, steps: [at, to, ...asked] },
    ];
  },
};

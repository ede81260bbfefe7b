import { answerOf, callSites, insertCall } from '../plan/sites.ts';
import type { RunPlan } from '../plan/step.ts';
import type { Random } from '../random.ts';
import type { FaultNote } from '../truth.ts';
import type { Injector } from './injector.ts';

/** A model's call has arguments that do not parse, or its structured answer does not parse or breaks its schema. */
export const malformedOutput: Injector = {
  fault: 'malformed_output',
  inject(plan, random) {
    const isStructured = plan.root.agent.answerSchema !== undefined;
    // Most agents answer in prose: another plan is asked for, or broken answers would be rare.
    if (!isStructured && random.chance(0.5)) return undefined;
    return isStructured && random.chance(0.7) ? breakAnswer(plan, random) : breakArguments(plan, random);
  },
};

function breakAnswer(plan: RunPlan, random: Random): FaultNote[] | undefined {
  const last = answerOf(plan.root);
  // another fault may have made a refusal in words of it
  if (!last?.text.startsWith('{')) return undefined;
  const right = JSON.parse(last.text) as Record<string, unknown>;
  const forms: Record<string, () => string> = {
    unclosed: () => last.text.slice(0, -random.integer(2, 12)),
    missing_comma: () => last.text.replace(',"', ' "'),
    single_quotes: () => last.text.replaceAll('"', "'"),
    prose: () => `The invoice is from ${String(right.supplier)} over ${String(right.total_eur)} EUR.`,
    wrong_type: () => JSON.stringify({ ...right, total_eur: `${String(right.total_eur)} EUR` }),
    missing_field: () => JSON.stringify({ ...right, invoice_id: undefined }),
  };
  const variant = random.pick(Object.keys(forms));
  last.text = forms[variant]?.() ?? '';
  plan.root.answer = last.text;
  return [{ pattern: 'malformed_output', variant, at: last, steps: [last, plan.root] }];
}

/** The call is not made: the framework tells the model, which writes it once more. */
function breakArguments(plan: RunPlan, random: Random): FaultNote[] | undefined {
  const sites = callSites(plan);
  if (sites.length === 0) return undefined;
  const site = random.pick(sites);
  const { owner, inference, tool, index } = site;
  const right = JSON.stringify(tool.arguments);
  const forms: Record<string, string> = {
    unclosed_arguments: right.slice(0, -random.integer(1, 4)),
    missing_quote: right.replace('":"', '":'),
    missing_colon: right.replace('":', '" '),
  };
  const variant = random.pick(Object.keys(forms).filter((form) => forms[form] !== right));
  insertCall(site, 2, { text: 'I write the call once more.', result: tool.result }, random);
  inference.calls.splice(0, 1, { id: tool.callId, name: tool.tool, arguments: forms[variant] });
  inference.rejection = 'invalid JSON in the arguments of the call';
  owner.steps.splice(index + 1, 1);
  return [{ pattern: 'malformed_output', variant, at: inference }];
}

import { inferenceLatency, latency } from '../distributions.ts';
import { answerOf } from '../plan/sites.ts';
import type { InferenceStep, RunPlan } from '../plan/step.ts';
import type { Random } from '../random.ts';
import type { FaultNote } from '../truth.ts';
import type { Injector } from './injector.ts';

/** The input of a model was cut, and what a user had demanded is gone; or its output was cut; or refused as too long. */
export const contextTruncation: Injector = {
  fault: 'context_truncation',
  inject(plan, random) {
    const form = random.pick([dropHistory, dropHistory, cutOutput, overflow]);
    return form(plan, random);
  },
};

/** Messages a conversation must have before it is worth cutting. */
const LONG_ENOUGH = 3;

function inferencesOf(plan: RunPlan): InferenceStep[] {
  return plan.root.steps.filter((step) => step.kind === 'inference');
}

function dropHistory(plan: RunPlan, random: Random): FaultNote[] | undefined {
  const late = inferencesOf(plan).slice(LONG_ENOUGH);
  if (late.length === 0) return undefined;
  const at = random.pick(late);
  const isCompacted = random.chance(0.5);
  at.loss = isCompacted
    ? {
        keep: 1,
        summary: 'Summary of the conversation so far: several look-ups were made for the user.',
        declared: true,
      }
    : { keep: 2, declared: false };
  return [{ pattern: 'context_truncation', variant: isCompacted ? 'compacted' : 'dropped', at }];
}

function cutOutput(plan: RunPlan, random: Random): FaultNote[] | undefined {
  const last = answerOf(plan.root);
  if (!last || plan.root.agent.answerSchema) return undefined;
  last.text = last.text.slice(0, Math.floor(last.text.length * random.between(0.4, 0.8)));
  last.finishReason = 'length';
  plan.root.answer = last.text;
  return [{ pattern: 'context_truncation', variant: 'output_limit', at: last }];
}

/** The model refuses the input; after a compaction that keeps the request it goes on. */
function overflow(plan: RunPlan, random: Random): FaultNote[] | undefined {
  const late = inferencesOf(plan).slice(LONG_ENOUGH);
  if (late.length === 0) return undefined;
  const retried = random.pick(late);
  const limit = random.pick([128_000, 200_000]);
  const refused: InferenceStep = {
    kind: 'inference',
    text: '',
    calls: [],
    finishReason: 'error',
    ms: latency(inferenceLatency, random) / 4,
    failure: {
      type: 'BadRequestError',
      message: `context_length_exceeded: maximum context length is ${limit} tokens, your input has ${limit + random.integer(900, 9_000)}`,
    },
  };
  plan.root.steps.splice(plan.root.steps.indexOf(retried), 0, refused);
  const requests = [...plan.root.earlier.map(({ request }) => request), plan.root.request];
  retried.loss = { keep: 1, summary: `Requests of the user, word for word: ${requests.join(' ')}`, declared: true };
  const after = { at: refused, steps: [refused, retried], isConsequence: true } as const;
  return [
    { pattern: 'context_truncation', variant: 'overflow', at: refused },
    { pattern: 'recovery', variant: 'retried_changed', ...after },
  ];
}

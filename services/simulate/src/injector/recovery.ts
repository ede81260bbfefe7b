import { specOf } from '../plan/script.ts';
import { type CallSite, callSites, insertCall } from '../plan/sites.ts';
import type { InferenceStep, RunPlan, ToolStep } from '../plan/step.ts';
import type { Random } from '../random.ts';
import { failByService, serviceFailure, wrongArgument } from './failures.ts';
import type { Injector } from './injector.ts';

type Retry = [InferenceStep, ToolStep];

/** A call fails once or twice, something is done about it, and what had failed is obtained. */
export const recovery: Injector = {
  fault: 'recovery',
  inject(plan: RunPlan, random: Random) {
    const sites = callSites(plan);
    if (sites.length === 0) return undefined;
    const site = random.pick(sites);
    const result = site.tool.result;
    const numbers = { attempts: 1 };
    const changed = random.chance(0.4) ? wrongArgument(site) : undefined;
    if (changed !== undefined) {
      const retry = retryChanged(site, changed, result, random);
      return [
        {
          pattern: 'recovery',
          variant: 'retried_changed',
          at: site.tool,
          cause: site.inference,
          steps: [site.tool, ...retry],
          numbers,
        },
        // What it had wrong was nowhere to be read.
        {
          pattern: 'ungrounded_argument',
          variant: 'put_right',
          isArguable: true,
          at: site.tool,
          steps: [site.inference, site.tool],
        },
        {
          pattern: 'misread_output',
          variant: 'put_right',
          isArguable: true,
          at: site.tool,
          steps: [site.inference, site.tool],
        },
      ];
    }
    const fallback = specOf(site.owner.agent, site.tool.tool)?.fallback;
    if (fallback !== undefined && random.chance(0.6)) {
      failByService(site.tool, serviceFailure(site.tool.tool, random));
      const text = `${site.tool.tool} does not work, ${fallback} gives the same.`;
      const retry = insertCall(site, 2, { text, tool: fallback, result }, random);
      return [
        {
          pattern: 'recovery',
          variant: 'other_tool',
          at: site.tool,
          cause: 'deepest',
          steps: [site.tool, ...retry],
          numbers,
        },
      ];
    }
    const failures = random.chance(0.3) ? 2 : 1;
    const retries = retrySame(site, failures, result, random);
    return [
      {
        pattern: 'recovery',
        variant: 'retried_same',
        at: site.tool,
        cause: 'deepest',
        steps: [site.tool, ...retries],
        numbers: { attempts: failures },
      },
    ];
  },
};

/** The model wrote a wrong value; it is told so and writes the right one. */
function retryChanged(
  site: CallSite,
  wrong: { key: string; arguments: Record<string, unknown> },
  result: unknown,
  random: Random,
): Retry {
  const { inference, tool } = site;
  const right = tool.arguments;
  tool.arguments = wrong.arguments;
  inference.calls.splice(0, 1, { id: tool.callId, name: tool.tool, arguments: wrong.arguments });
  tool.failure = { type: 'ValueError', message: `invalid ${wrong.key} '${String(wrong.arguments[wrong.key])}'` };
  tool.httpStatus = 422;
  return insertCall(site, 2, { text: `I had ${wrong.key} wrong, once more.`, arguments: right, result }, random);
}

/** The same call again until it succeeds, with a pause that grows. */
export function retrySame(
  site: CallSite,
  failures: number,
  result: unknown,
  random: Random,
): (InferenceStep | ToolStep)[] {
  const failure = serviceFailure(site.tool.tool, random);
  failByService(site.tool, failure);
  const steps: (InferenceStep | ToolStep)[] = [];
  for (let attempt = 1; attempt <= failures; attempt += 1) {
    const [inference, tool] = insertCall(site, 2 * attempt, { text: 'That failed, I try again.', result }, random);
    tool.pauseMs = 150 * 2 ** attempt;
    if (attempt < failures) failByService(tool, failure);
    steps.push(inference, tool);
  }
  return steps;
}

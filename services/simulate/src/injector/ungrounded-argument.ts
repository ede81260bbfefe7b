import { type CallSite, callSites, stepsOf } from '../plan/sites.ts';
import type { RunPlan } from '../plan/step.ts';
import type { Random } from '../random.ts';
import type { FaultNote } from '../truth.ts';
import type { Injector } from './injector.ts';
import { stranded } from './stranded.ts';
import { askWith, isTelling, leavesOf, misread, replaced } from './values.ts';

/** A call gets an identifier, number or date that nothing before it contains, and is carried out with it. */
export const ungroundedArgument: Injector = {
  fault: 'ungrounded_argument',
  inject(plan, random, strength) {
    const places = callSites(plan).flatMap((site) =>
      Object.entries(site.tool.arguments as Record<string, unknown>).flatMap(([key, value]) =>
        isTelling(value) ? [{ site, key, value }] : [],
      ),
    );
    if (places.length === 0) return undefined;
    const { site, key, value } = random.pick(places);
    const wrong = misread(value, strength, random);
    if (knows(plan, wrong)) return undefined;
    return putWrong(plan, site, { key, value, wrong }, random);
  },
};

/** Whether a value occurs anywhere in a run, in calls with other faults as well. */
export function knows(plan: RunPlan, value: string | number): boolean {
  const tools = stepsOf(plan).filter((step) => step.kind === 'tool');
  const texts = tools.flatMap((tool) => [JSON.stringify(tool.arguments), JSON.stringify(tool.result)]);
  return [plan.root.request, plan.root.answer, ...texts].some((text) => text?.includes(String(value)));
}

/** The tool does what it is asked, for the wrong thing. */
function putWrong(
  plan: RunPlan,
  site: CallSite,
  { key, value, wrong }: { key: string; value: string | number; wrong: string | number },
  random: Random,
): FaultNote[] {
  const { inference, tool } = site;
  const earlier = site.owner.steps
    .slice(0, site.index)
    .flatMap((step) => (step.kind === 'tool' ? [step] : step.kind === 'parallel' ? step.tools : []));
  const hasRead = earlier.some(({ result }) =>
    leavesOf(result).some((leaf) => leaf.key === key && leaf.value === value),
  );
  askWith(site, { ...(tool.arguments as object), [key]: wrong });
  const lost = tool.result;
  const isDone = random.chance(0.75);
  tool.result = isDone ? replaced(tool.result, value, wrong) : { [key]: wrong, found: false };
  const form = typeof value === 'number' ? 'number' : /^\d{4}-\d\d/.test(value) ? 'date' : 'identifier';
  const where = { at: tool, cause: inference, orCause: [tool], steps: [inference, tool] } as const;
  return [
    { pattern: 'ungrounded_argument', variant: form, ...where },
    ...(isDone ? [] : stranded(plan, lost, tool)),
    ...(hasRead ? [{ pattern: 'misread_output', variant: form, isArguable: true, ...where } as const] : []),
  ];
}

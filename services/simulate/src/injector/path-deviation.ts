import { answerOf, type CallSite, callSites, insertCall, stepsOf } from '../plan/sites.ts';
import type { RunPlan, ToolStep } from '../plan/step.ts';
import { Random } from '../random.ts';
import { textArgument, toolSpec } from '../scenario/scenario.ts';
import { scenarios } from '../scenario/scenarios.ts';
import type { FaultNote } from '../truth.ts';
import type { Injector } from './injector.ts';
import { leavesOf } from './values.ts';

/** Plans that are drawn of a scenario to see which calls it always makes. */
const SAMPLES = 24;

/** A call that is always made is left out, comes too late, or one is made that never is; or the path ends before. Every call works. */
export const pathDeviation: Injector = {
  fault: 'path_deviation',
  inject(plan, random) {
    const form = random.pick([skippedStep, skippedStep, wrongOrder, endedEarly, foreignStep]);
    return form(plan, random);
  },
};

function skippedStep(plan: RunPlan, random: Random): FaultNote[] | undefined {
  const sites = firmSites(plan).filter(({ owner, index }) => owner.steps.length > index + 3);
  if (sites.length === 0) return undefined;
  const { owner, tool, index } = random.pick(sites);
  owner.steps.splice(index, 2);
  const [cause, after] = owner.steps.slice(index, index + 2);
  if (!cause) return undefined;
  const next = after?.kind === 'tool' ? [after] : after?.kind === 'parallel' ? after.tools : [];
  const at = next[0] ?? cause;
  const steps = [cause, ...next];
  return [
    { pattern: 'path_deviation', variant: 'skipped_step', at, cause, orCause: steps, steps },
    ...madeUp(plan, [tool]),
  ];
}

/** Two calls, one right after the other, change places. */
function wrongOrder(plan: RunPlan, random: Random): FaultNote[] | undefined {
  const sites = firmSites(plan);
  const pairs = sites.flatMap((site, i) => {
    const next = sites[i + 1];
    return next?.owner === site.owner && next.index === site.index + 2 ? [[site, next] as const] : [];
  });
  if (pairs.length === 0) return undefined;
  const [first, second] = random.pick(pairs);
  first.owner.steps.splice(first.index, 4, second.inference, second.tool, first.inference, first.tool);
  const steps = [second.inference, second.tool, first.inference, first.tool];
  return [
    {
      pattern: 'path_deviation',
      variant: 'wrong_order',
      at: second.tool,
      cause: second.inference,
      orCause: steps,
      steps,
    },
    ...madeUp(plan, [first.tool]),
  ];
}

/** The agent answers as if all had been done. */
function endedEarly(plan: RunPlan, random: Random): FaultNote[] | undefined {
  const sites = firmSites(plan).filter((site, i, all) => all[i - 1]?.owner === site.owner && answerOf(site.owner));
  if (sites.length === 0) return undefined;
  const { owner, index } = random.pick(sites);
  const lost = owner.steps.splice(index, owner.steps.length - index - 1);
  const answer = answerOf(owner);
  const before = owner.steps.at(-2);
  if (!answer || !before || lost.some((step) => step.kind === 'agent' || step.kind === 'team')) return undefined;
  const steps = [answer, before];
  return [
    { pattern: 'path_deviation', variant: 'ended_early', at: answer, orCause: steps, steps },
    ...madeUp(
      plan,
      lost.flatMap((step) => (step.kind === 'tool' ? [step] : step.kind === 'parallel' ? step.tools : [])),
    ),
  ];
}

const FOREIGN = ['export_records', 'reset_credentials', 'share_folder', 'run_script', 'archive_thread', 'publish_page'];

/** A call that has nothing to do with the agent's work, besides or instead of one that it always makes. */
function foreignStep(plan: RunPlan, random: Random): FaultNote[] | undefined {
  const sites = firmSites(plan);
  if (sites.length === 0) return undefined;
  const site = random.pick(sites);
  const { owner, index } = site;
  const name = `${random.pick(FOREIGN)}_${random.pick(['all', 'now', 'draft', 'legacy', 'remote'])}`;
  const spec = toolSpec(name, 'Does what its name says.', { subject: textArgument('what') });
  owner.agent = { ...owner.agent, tools: [...owner.agent.tools, spec] };
  const call = { text: 'This may be of use.', tool: name, arguments: { subject: 'this' }, result: { done: true } };
  const [inference, at] = insertCall(site, 2, call, random);
  const isInstead = owner.steps.length > index + 5 && random.chance(0.5);
  if (isInstead) owner.steps.splice(index, 2);
  const variant = isInstead ? 'replaced_step' : 'foreign_step';
  return [
    // One look more, and all else as ever: by the path alone nothing tells it from the lawful look that an agent takes for the first time.
    {
      pattern: 'path_deviation',
      variant,
      isArguable: !isInstead,
      at,
      cause: inference,
      orCause: [at],
      steps: [inference, at],
    },
    { pattern: 'tool_misrouting', variant: 'foreign_step', isArguable: true, at },
    ...(isInstead ? madeUp(plan, [site.tool]) : []),
  ];
}

/** Calls that use what only a call that was not made, or not yet, would have told. */
function madeUp(plan: RunPlan, lost: readonly ToolStep[]): FaultNote[] {
  const text = JSON.stringify(lost.map(({ result }) => result));
  const users = stepsOf(plan).filter(
    (step): step is ToolStep =>
      step.kind === 'tool' &&
      !lost.includes(step) &&
      leavesOf(step.arguments).some(({ value }) => String(value).length > 1 && text.includes(String(value))),
  );
  return users.flatMap((at): FaultNote[] => [
    { pattern: 'ungrounded_argument', variant: 'never_asked', isArguable: true, at },
    { pattern: 'misread_output', variant: 'never_asked', isArguable: true, at },
  ]);
}

/** Calls of a run that its scenario makes in every run, once. */
function firmSites(plan: RunPlan): CallSite[] {
  const always = alwaysMade(plan.scenario);
  return callSites(plan).filter((site) => always.has(nameOf(site)) && isOnce(site));
}

const nameOf = ({ owner, tool }: CallSite): string => `${owner.agent.name}/${tool.tool}`;

const isOnce = ({ owner, tool }: CallSite): boolean =>
  owner.steps.filter((step) => step.kind === 'tool' && step.tool === tool.tool).length === 1;

function alwaysMade(scenarioName: string): ReadonlySet<string> {
  const scenario = scenarios.find(({ name }) => name === scenarioName);
  const counts = new Map<string, number>();
  for (let i = 0; scenario && i < SAMPLES; i++) {
    const plan = scenario.plan(new Random(`${scenarioName} ${i}`), []);
    for (const name of new Set(callSites(plan).map(nameOf))) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Set([...counts].flatMap(([name, count]) => (count === SAMPLES ? [name] : [])));
}

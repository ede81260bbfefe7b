import { callSteps } from '../plan/script.ts';
import { type CallSite, callSites, insertCall } from '../plan/sites.ts';
import type { Failure, InferenceStep, RunPlan, ToolStep } from '../plan/step.ts';
import type { Random } from '../random.ts';
import { textArgument, toolSpec } from '../scenario/scenario.ts';
import { between } from '../strength.ts';
import type { FaultNote } from '../truth.ts';
import { failByService, serviceFailure } from './failures.ts';
import type { Injector } from './injector.ts';

/** Recoveries need recoveries themselves, or one follows the other until little else is done. */
export const compoundingRecovery: Injector = {
  fault: 'compounding_recovery',
  inject(plan, random, strength) {
    return (random.chance(0.4) && following(plan, random, strength)) || nested(plan, random, strength);
  },
};

const repairs = [
  toolSpec('refresh_credentials', 'Renews the access to a service.', { service: textArgument('name') }),
  toolSpec('switch_region', 'Uses another region of a service.', { service: textArgument('name') }),
  toolSpec('clear_cache', 'Forgets what is cached of a service.', { service: textArgument('name') }),
  toolSpec('reconnect', 'Opens a new connection to a service.', { service: textArgument('name') }),
];

type Pair = readonly [InferenceStep, ToolStep];

/** A call fails; what is done about it fails, too, and has to be recovered from, before the call is made again. */
function nested(plan: RunPlan, random: Random, strength: number): FaultNote[] | undefined {
  const sites = callSites(plan);
  if (sites.length === 0) return undefined;
  const site = random.pick(sites);
  const { owner, tool } = site;
  const result = tool.result;
  const chosen = random.sample(repairs, between(2, 3, strength));
  owner.agent = { ...owner.agent, tools: [...owner.agent.tools, ...chosen] };
  failByService(tool, serviceFailure(tool.tool, random));
  const service = tool.backend ?? tool.tool;
  const steps: Pair[] = [];
  for (const [i, repair] of chosen.entries()) {
    const call = { tool: repair.name, arguments: { service }, result: { service, done: true } };
    const say = repair.name.replaceAll('_', ' ');
    const failed = callSteps(owner.agent, `${tool.tool} does not answer: I ${say}.`, call, random);
    fail(failed[1], random);
    const again = callSteps(owner.agent, `That did not work either, I ${say} once more.`, call, random);
    again[1].pauseMs = random.integer(100, 800);
    const same = { tool: tool.tool, arguments: tool.arguments as Record<string, unknown>, result };
    const retried = callSteps(owner.agent, `Now ${tool.tool} again.`, same, random);
    if (i < chosen.length - 1) failByService(retried[1], serviceFailure(tool.tool, random));
    steps.push(failed, again, retried);
  }
  owner.steps.splice(site.index + 2, 0, ...steps.flat());
  const attempts = steps.map(([, each]) => each);
  // The repair of the repair is the third level: the call, its recovery, the recovery of that.
  const at = attempts[0] as ToolStep;
  const all = [tool, ...steps.flat()];
  return [
    {
      pattern: 'compounding_recovery',
      variant: 'nested',
      at,
      orCauseBelow: true,
      cause: tool,
      orCause: [site.inference, ...attempts],
      steps: all,
      numbers: { failures: 1 + chosen.length * 2 - 1, repairs: chosen.length },
    },
    {
      pattern: 'recovery',
      variant: 'other_tool',
      isConsequence: true,
      at: tool,
      cause: 'deepest',
      orCause: [tool],
      steps: all,
    },
    ...attempts.map(
      (each): FaultNote => ({ pattern: 'recovery', variant: 'retried_same', isArguable: true, at: each }),
    ),
  ];
}

/** Call after call fails and is made again. */
function following(plan: RunPlan, random: Random, strength: number): FaultNote[] | undefined {
  const byOwner = Map.groupBy(callSites(plan), ({ owner }) => owner);
  const sites = [...byOwner.values()].find((each) => each.length >= 4);
  if (!sites) return undefined;
  const chosen = sites.slice(0, between(4, Math.min(sites.length, 8), strength));
  const notes: FaultNote[] = [];
  // The last first: what is put in does not move what comes before.
  for (const site of chosen.toReversed()) {
    const [inference, again] = retryOnce(site, random);
    const steps = [site.tool, inference, again];
    const more = { isConsequence: true, at: site.tool, cause: 'deepest', orCause: [site.tool], steps } as const;
    notes.unshift({ pattern: 'recovery', variant: 'retried_same', ...more });
  }
  const [first, , third] = chosen as [CallSite, CallSite, CallSite];
  return [
    {
      pattern: 'compounding_recovery',
      variant: 'following',
      at: third.tool,
      orCauseBelow: true,
      cause: first.tool,
      orCause: [first.inference, ...chosen.map(({ tool }) => tool)],
      steps: notes.flatMap(({ steps = [] }) => steps),
      numbers: { recoveries: chosen.length },
    },
    ...notes,
  ];
}

function retryOnce(site: CallSite, random: Random): [InferenceStep, ToolStep] {
  const { result } = site.tool;
  const pair = insertCall(site, 2, { text: 'That failed, I try again.', result }, random);
  failByService(site.tool, serviceFailure(site.tool.tool, random));
  return pair;
}

function fail(tool: ToolStep, random: Random): void {
  tool.failure = random.pick<Failure>([
    { type: 'PermissionError', message: 'token expired while renewing' },
    { type: 'TimeoutError', message: `${tool.tool} timed out after ${random.integer(2, 12)} s` },
    { type: 'InternalError', message: `no healthy upstream (request ${random.hex(6)})` },
  ]);
}

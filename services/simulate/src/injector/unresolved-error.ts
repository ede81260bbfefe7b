import { answerOf, type CallSite, callSites, changeAnswer, holds, insertCall, lineOf } from '../plan/sites.ts';
import type { AgentStep, RunPlan, Step, ToolStep } from '../plan/step.ts';
import type { Random } from '../random.ts';
import type { FaultNote } from '../truth.ts';
import { apology, failByService, serviceFailure } from './failures.ts';
import type { Injector } from './injector.ts';
import { stranded } from './stranded.ts';

/** A call at such a place fails, what it was for is never obtained, and the run comes to an end all the same. */
export const unresolvedErrorAt = (isPlace: (site: CallSite) => boolean): Injector => ({
  fault: 'unresolved_error',
  inject(plan, random) {
    const sites = callSites(plan).filter(isPlace);
    if (sites.length === 0) return undefined;
    const site = random.pick(sites);
    const { owner, tool } = site;
    const failure = serviceFailure(tool.tool, random);
    failByService(tool, failure);
    const variant = random.pick(['ignored', 'given_up', 'retried_in_vain', 'run_failed']);
    const fault: FaultNote = { pattern: 'unresolved_error', variant, at: tool, cause: 'deepest' };
    if (variant === 'ignored') return [fault, ...stranded(plan, tool.result, tool)];
    if (variant === 'run_failed') return [{ ...fault, steps: [tool, ...die(plan, owner, tool)] }];
    let attempts: ToolStep[] = [];
    if (variant === 'retried_in_vain') {
      const [, again] = insertCall(site, 2, { text: 'I try that once more.', result: null }, random);
      failByService(again, failure);
      attempts = [again];
    }
    const broken = giveUp(plan, owner, attempts.at(-1) ?? tool, random);
    const steps = [tool, ...attempts];
    return [
      { ...fault, steps },
      {
        pattern: 'recovery',
        variant: attempts.length > 0 ? 'retried_same' : 'gave_up',
        isConsequence: true,
        at: tool,
        cause: 'deepest',
        steps,
      },
      ...broken,
      // Other agents of the run go on with what it would have told.
      ...stranded(plan, tool.result, tool),
    ];
  },
});

/** The same at any place. */
export const unresolvedError: Injector = unresolvedErrorAt(() => true);

/** Nothing more is done after `last` but to say so in prose: malformed, where the answer was to be structured. */
export function giveUp(plan: RunPlan, owner: AgentStep, last: ToolStep, random: Random): FaultNote[] {
  const index = owner.steps.indexOf(last);
  owner.steps.splice(index + 1, owner.steps.length - index - 2);
  changeAnswer(plan, owner, apology(last.tool, random));
  const answer = owner.agent.answerSchema && answerOf(owner);
  return answer
    ? [{ pattern: 'malformed_output', variant: 'prose', isConsequence: true, at: answer, steps: [answer, owner] }]
    : [];
}

/** The exception of a step ends its agent, and every agent above, or those of the line only. Returns those that died. */
export function die(plan: RunPlan, owner: AgentStep, last: Step, line = lineOf(plan, owner)): readonly AgentStep[] {
  const failure = 'failure' in last ? last.failure : undefined;
  for (const [i, agent] of line.entries()) {
    const below = line[i - 1];
    const end = below ? agent.steps.findIndex((step) => holds(step, below)) : agent.steps.indexOf(last);
    agent.steps.splice(end + 1);
    agent.answer = '';
    if (failure) agent.failure = failure;
  }
  return line;
}

import { answerOf, callSites, changeAnswer, holds, lineOf } from '../plan/sites.ts';
import { between } from '../strength.ts';
import type { FaultNote } from '../truth.ts';
import { apology } from './failures.ts';
import type { Injector } from './injector.ts';
import { die } from './unresolved-error.ts';

const services = ['warehouse-db', 'fare-engine', 'card-network', 'auth-service', 'ledger-db', 'search-index'];

/** A dependency is too slow, and one after the other all who wait for it give up. */
export const timeoutCascade: Injector = {
  fault: 'timeout_cascade',
  inject(plan, random, strength) {
    const sites = callSites(plan).filter(({ tool }) => tool.backend !== undefined);
    const deep = sites.filter(({ owner }) => owner !== plan.root);
    if (sites.length === 0) return undefined;
    const { owner, tool } = random.pick(deep.length > 0 && random.chance(0.8) ? deep : sites);
    const seconds = between(8, 30, strength);
    tool.failure = { type: 'TimeoutError', message: `${tool.tool} timed out after ${seconds} s` };
    tool.httpStatus = 504;
    tool.ms = seconds * 1_000 + random.integer(1, 400);
    tool.downstream ??= random.sample(services, random.integer(1, 2));
    // Some dependencies answer in the end, when nobody listens any more.
    if (random.chance(0.4)) tool.overrunMs = random.integer(500, 9_000);
    const line = lineOf(plan, owner);
    const survives = answerOf(plan.root) !== undefined && (line.length === 1 || random.chance(0.5));
    const died = survives ? line.slice(0, -1) : line;
    if (died.length > 0) die(plan, owner, tool, died);
    for (const agent of died)
      agent.failure = { type: 'TimeoutError', message: `${agent.agent.name} did not answer within ${seconds} s` };
    if (survives) {
      const { root } = plan;
      const last = answerOf(root);
      const below = line.at(-2);
      const reached = below ? root.steps.findIndex((step) => holds(step, below)) : root.steps.indexOf(tool);
      if (last) root.steps.splice(reached + 1, root.steps.length, last);
      changeAnswer(plan, root, apology(tool.tool, random));
    }
    const outermost = died.at(-1) ?? tool;
    const steps = [tool, ...died];
    const failed = { at: tool, cause: 'deepest', orCause: [tool], steps, withFailuresBelow: true } as const;
    const notes: FaultNote[] = [
      {
        pattern: 'timeout_cascade',
        variant: died.length > 0 ? 'agents' : 'services',
        ...failed,
        at: outermost,
        numbers: { agents: died.length, services: 1 + (tool.downstream?.length ?? 0), seconds },
      },
      { pattern: 'unresolved_error', variant: 'timed_out', isConsequence: true, ...failed },
    ];
    if (survives) notes.push({ pattern: 'recovery', variant: 'gave_up', isArguable: true, ...failed });
    const answer = survives && plan.root.agent.answerSchema && answerOf(plan.root);
    if (answer)
      notes.push({
        pattern: 'malformed_output',
        variant: 'prose',
        isConsequence: true,
        at: answer,
        steps: [answer, plan.root],
      });
    return notes;
  },
};

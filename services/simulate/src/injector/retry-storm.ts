import { callSites, insertCall } from '../plan/sites.ts';
import type { Step, ToolStep } from '../plan/step.ts';
import type { FaultNote } from '../truth.ts';
import { failByService, serviceFailure } from './failures.ts';
import type { Injector } from './injector.ts';
import { stranded } from './stranded.ts';
import { giveUp } from './unresolved-error.ts';

/** Attempts from which on nobody would call it a lawful retry. */
const LEAST_ATTEMPTS = 6;
const MOST_ATTEMPTS = 12;

/** One call is tried again and again although it keeps failing; sometimes each attempt tries several times itself. */
export const retryStorm: Injector = {
  fault: 'retry_storm',
  inject(plan, random) {
    const sites = callSites(plan);
    if (sites.length === 0) return undefined;
    const nested = sites.filter(({ tool }) => tool.backend !== undefined);
    const isNested = nested.length > 0 && random.chance(0.3);
    const site = random.pick(isNested ? nested : sites);
    const succeeds = random.chance(0.4);
    const result = site.tool.result;
    const failures = isNested ? random.integer(3, 4) : random.integer(LEAST_ATTEMPTS, MOST_ATTEMPTS);
    const httpAttempts = isNested ? random.integer(3, 5) : 1;
    const failure = serviceFailure(site.tool.tool, random);

    const attempts: ToolStep[] = [site.tool];
    const all: Step[] = [site.tool];
    for (let i = 1; i < failures + (succeeds ? 1 : 0); i += 1) {
      const text = random.pick(['Trying again.', 'Once more.', 'It should work now.', '']);
      const pair = insertCall(site, 2 * i, { text, result }, random);
      for (const step of pair) step.ms = Math.min(step.ms, 400);
      attempts.push(pair[1]);
      all.push(...pair);
    }
    for (const attempt of attempts) attempt.httpAttempts = httpAttempts;
    for (const attempt of attempts.slice(0, failures)) failByService(attempt, failure);
    const last = attempts.at(-1) as ToolStep;
    const broken = succeeds ? [] : giveUp(plan, site.owner, last, random);
    if (succeeds) last.httpAttempts = 1;

    const numbers = { attempts: attempts.length, failures, innerAttempts: httpAttempts };
    const variant = isNested ? 'multiplied_attempts' : 'repeated_failure';
    // The fourth attempt is the first that no common retry policy makes.
    const at = attempts[Math.min(3, failures - 1)] as ToolStep;
    const storm: FaultNote = { pattern: 'retry_storm', variant, at, cause: site.tool, steps: all, numbers };
    const error = { at: site.tool, cause: 'deepest', steps: all, isConsequence: true } as const;
    const acted: FaultNote = { pattern: 'recovery', variant: 'retried_same', ...error };
    return succeeds
      ? [storm, acted]
      : [
          ...[storm, acted, { pattern: 'unresolved_error', variant: 'retried_in_vain', ...error } as const],
          ...[...broken, ...stranded(plan, result, last)],
        ];
  },
};

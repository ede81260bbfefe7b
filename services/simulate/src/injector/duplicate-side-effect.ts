import { specOf } from '../plan/script.ts';
import { callSites, insertCall } from '../plan/sites.ts';
import type { ToolStep } from '../plan/step.ts';
import type { FaultNote } from '../truth.ts';
import type { Injector } from './injector.ts';
import { leavesOf, replaced } from './values.ts';

/** What a user wanted once is done twice, and works both times. */
export const duplicateSideEffect: Injector = {
  fault: 'duplicate_side_effect',
  inject(plan, random) {
    const sites = callSites(plan).filter(({ owner, tool }) => specOf(owner.agent, tool.tool)?.mutates);
    if (sites.length === 0) return undefined;
    const site = random.pick(sites);
    const { tool, inference } = site;
    const made = madeBy(tool);
    // That something was made twice shows by what was made; what is set twice is as it was.
    const variant = made ? random.pick(['after_timeout', 'after_timeout', 'same_key', 'repeated']) : 'after_timeout';
    const isTimeout = variant === 'after_timeout';
    const text = isTimeout
      ? 'That timed out, I do it again.'
      : random.pick(['I make sure that this is done.', 'Now I do it.', '']);
    const [again, second] = insertCall(
      site,
      2,
      { text, result: isTimeout ? tool.result : replaced(tool.result, made, `${made?.slice(0, 3)}${random.hex(6)}`) },
      random,
    );
    const key = `op-${random.hex(8)}`;
    const extras = variant === 'same_key' ? { 'spanwise.idempotency_key': key } : undefined;
    for (const each of [tool, second]) {
      if (extras) each.extras = extras;
      else if (variant === 'repeated') delete each.extras;
    }
    if (tool.extras && isTimeout && random.chance(0.5)) second.extras = tool.extras;
    const steps = [second, tool, again];
    const where = { at: second, cause: isTimeout ? tool : again, orCause: [tool, again, inference], steps } as const;
    const notes: FaultNote[] = [{ pattern: 'duplicate_side_effect', variant, ...where }];
    if (!isTimeout) return notes;
    // The service did it; only the answer came too late.
    const seconds = random.integer(5, 20);
    tool.failure = { type: 'TimeoutError', message: `${tool.tool} timed out after ${seconds} s` };
    tool.httpStatus = 504;
    tool.ms = seconds * 1_000;
    tool.overrunMs = random.integer(50, 900);
    const recovered = {
      at: tool,
      cause: 'deepest',
      orCause: [tool],
      steps: [tool, again, second],
      withFailuresBelow: true,
    } as const;
    return [...notes, { pattern: 'recovery', variant: 'retried_same', isConsequence: true, ...recovered }];
  },
};

/** The identifier of what a call made: the first of its result that it was not given. */
function madeBy({ arguments: given, result }: ToolStep): string | undefined {
  const asked = JSON.stringify(given);
  const ids = leavesOf(result).flatMap(({ key, value }) =>
    key.endsWith('_id') && typeof value === 'string' && !asked.includes(value) ? [value] : [],
  );
  return ids[0];
}

import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { nameWords } from '../reading/name-words.ts';

/** Clocks tick in milliseconds in some SDKs: a step that starts this much before another ended still follows it. Microseconds. */
export const TICK = 1_000;

/** `step` began after `before` had ended. */
export const follows = (step: Step, before: Step, run: RunView): boolean =>
  step !== before && run.startOf(step) >= run.endOf(before) - TICK;

/** The step is an operation that an agent relies on, rather than a part of the machinery. */
export const isOperation = (step: Step): boolean =>
  step.kind === 'tool' ||
  step.kind === 'llm' ||
  step.kind === 'retrieval' ||
  step.kind === 'memory' ||
  step.kind === 'handoff' ||
  step.kind === 'agent';

export const isToolLike = (step: Step): boolean =>
  step.kind === 'tool' || step.kind === 'retrieval' || step.kind === 'memory' || step.kind === 'handoff';

/** Both steps belong to one agent, as far as the run knows. */
export function sameAgent(a: Step, b: Step, run: RunView): boolean {
  if (a.parentSpanId === b.parentSpanId) return true;
  const one = run.agentOf(a);
  const other = run.agentOf(b);
  return one === '' || other === '' || one === other;
}

/** Both steps do the same kind of thing by the same means, whatever their arguments. */
export function sameOperation(a: Step, b: Step, run: RunView): boolean {
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'tool':
      return a.tool === b.tool && (a.tool !== '' || a.name === b.name);
    case 'llm':
      return sameAgent(a, b, run);
    case 'agent':
      return a.agent !== '' ? a.agent === b.agent : a.name === b.name;
    case 'handoff':
      return a.handoffTo !== '' ? a.handoffTo === b.handoffTo : a.name === b.name;
    default:
      return a.name === b.name && (a.tool === b.tool || isToolLike(a));
  }
}

/** Words that many names have and that say nothing of what they are about. */
const GENERIC = new Set([
  'by',
  'the',
  'of',
  'for',
  'id',
  'ids',
  'data',
  'info',
  'details',
  'detail',
  'status',
  'tool',
  'all',
]);

const subjectOf = (step: Step): string[] =>
  nameWords(step.tool || step.name)
    .slice(1)
    .filter((word) => !GENERIC.has(word));

/** Two tools with one subject: `find_user_id_by_email` and `find_user_id_by_name_zip`; the verb in front does not count. */
export function similarNames(a: Step, b: Step): boolean {
  const one = new Set(subjectOf(a));
  const other = new Set(subjectOf(b));
  const shared = [...one].filter((word) => other.has(word)).length;
  return shared > 0 && shared * 2 >= Math.min(one.size, other.size);
}

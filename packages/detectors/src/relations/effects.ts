import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { nameWords } from '../reading/name-words.ts';

const ACCUMULATES = new Set(
  'pay charge refund issue send email mail post place create book order transfer submit publish insert schedule buy purchase reserve withdraw deposit dispatch notify ship disburse credit debit grant award enqueue donate payout remit invoice'.split(
    ' ',
  ),
);

/** By its name the operation has one more effect each time it is done: a second payment. Setting a value twice has not. */
export const accumulates = (tool: string): boolean => {
  const [first = '', second = ''] = nameWords(tool);
  return ACCUMULATES.has(first) || (!READS.has(first) && ACCUMULATES.has(second));
};

const READS = new Set(
  'get fetch list search find look check read query verify validate preview draft calculate estimate update cancel delete remove close track describe compare quote'.split(
    ' ',
  ),
);

const MOST_DEPTH = 4;

/**
 * The span of another service, below a call, that did what was asked for: outermost, and without error. A caller that gave up waiting
 * does not undo it.
 */
export function doneElsewhere(call: Step, run: RunView): Step | undefined {
  let level: readonly Step[] = run.childrenOf(call.spanId);
  for (let depth = 0; depth < MOST_DEPTH && level.length > 0; depth++) {
    const remote = level.filter((step) => step.service !== '' && step.service !== call.service);
    if (remote.length > 0) return remote.find((step) => !step.failed && step.outcome !== 'error');
    level = level.flatMap((step) => run.childrenOf(step.spanId));
  }
  return undefined;
}

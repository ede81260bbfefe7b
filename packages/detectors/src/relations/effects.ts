import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { nameWords } from '../reading/name-words.ts';
import { isCall } from './calls.ts';
import { isLookup, wordsOf } from './error-nature.ts';
import { isTimedOut } from './timeouts.ts';

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

/** A call of an agent that may have changed something. */
export const isEffect = (step: Step): boolean => isCall(step) && !isLookup(step) && step.handoffTo === '';

const STARTS = new Set('start open set add record register launch trigger generate make raise run'.split(' '));

/** By its name the operation may make something: it did where its results name two new things. */
export const mayMake = (tool: string): boolean => STARTS.has(nameWords(tool)[0] ?? '');

const MOST_DEPTH = 8;
/** What a call was waiting for went on until nearly its end. */
const NEAR_ITS_END = 0.1;

/**
 * The span of another service, below a call, that did what was asked for: it came to a good end, though the callers above it had given up
 * by then, or gave up at once. A caller that gives up does not undo it.
 */
export function doneElsewhere(call: Step, run: RunView): Step | undefined {
  let level: readonly Step[] = [call];
  for (let depth = 0; depth < MOST_DEPTH && level.length > 0; depth++) {
    const next: Step[] = [];
    for (const caller of level) {
      const latest = run.endOf(caller) - NEAR_ITS_END * (run.endOf(caller) - run.startOf(caller));
      for (const callee of run.childrenOf(caller.spanId)) {
        if (isFailure(callee) ? !isTimedOut(callee) : run.endOf(callee) < latest) continue;
        const isRemote = callee.service !== '' && callee.service !== call.service;
        if (isRemote && !isFailure(callee)) return callee;
        next.push(callee);
      }
    }
    level = next;
  }
  return undefined;
}

/** Its caller gave up, or was cut off: what was refused had no effect. */
export const lostItsAnswer = (step: Step): boolean => isTimedOut(step) || CUT_OFF.test(wordsOf(step));

const CUT_OFF =
  /connection (?:was )?(?:reset|closed|lost|aborted)|econnreset|epipe|socket hang ?up|broken pipe|unexpected end|cancel(?:l)?ed|aborted/i;

import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { wordsOf } from './error-nature.ts';
import { isOperation } from './operation.ts';

const TIMED_OUT =
  /tim(?:ed?|ing)[ _-]?out|timeout|deadline[ _-]?exceeded|deadline was exceeded|exceeded (?:its |the )?deadline|\b(?:408|504|524)\b|zeitüberschreitung|délai dépassé/i;

/** The step gave up waiting, or was told that what it called had. */
export const isTimedOut = (step: Step): boolean =>
  isFailure(step) && TIMED_OUT.test(`${wordsOf(step)} ${step.outcomeDetail}`);

const MOST_LEVELS = 32;
/** Share of a caller's time that a callee took which was what it waited for. */
const MOST_OF_ITS_TIME = 0.8;
const NEAR_ITS_END = 0.1;
/** Nodes and wrappers between two operations. */
const MOST_MACHINERY = 4;

/** The step above that timed out because of it: machinery between them does not count, an operation that came to a good end breaks off. */
function callerOf(step: Step, run: RunView): Step | undefined {
  let at = run.parentOf(step);
  for (let depth = 0; at && depth < MOST_LEVELS; depth++) {
    if (isTimedOut(at)) return at;
    if (isFailure(at) || isOperation(at)) return undefined;
    at = run.parentOf(at);
  }
  return undefined;
}

/** Of the steps below one that timed out themselves the last, for which it was waiting at its end; machinery between is left aside. */
function timedOutBelow(step: Step, run: RunView): Step | undefined {
  let level = run.childrenOf(step.spanId);
  for (let depth = 0; depth < MOST_MACHINERY && level.length > 0; depth++) {
    let found: Step | undefined;
    for (const child of level) {
      if (isTimedOut(child) && (!found || run.endOf(child) > run.endOf(found))) found = child;
    }
    if (found) return found;
    level = level.flatMap((child) => (isOperation(child) || isFailure(child) ? [] : run.childrenOf(child.spanId)));
  }
  return undefined;
}

/** What took most of the time of a step that timed out, and was still going on at its end, though it says nothing of a timeout. */
function slowBelow(step: Step, run: RunView): Step | undefined {
  const time = run.endOf(step) - run.startOf(step);
  let found: Step | undefined;
  for (const child of run.childrenOf(step.spanId)) {
    const own = run.endOf(child) - run.startOf(child);
    if (isFailure(child) || own < MOST_OF_ITS_TIME * time || run.endOf(child) < run.endOf(step) - NEAR_ITS_END * time)
      continue;
    if (!found || own > run.endOf(found) - run.startOf(found)) found = child;
  }
  return found;
}

/** What a step was waiting for when it gave up. */
const awaitedBy = (step: Step, run: RunView): Step | undefined =>
  (isTimedOut(step) ? timedOutBelow(step, run) : undefined) ?? slowBelow(step, run);

const GENERIC = new Set(
  'timed time out timeout timeouts timeouterror readtimeout error errors exception after s ms sec second seconds deadline exceeded request the of for a an in waiting while was has failed'.split(
    ' ',
  ),
);
/** Share of an error's words by which it is known again in its caller's. */
const PASSED_ON = 0.6;

const wordsIn = (text: string): readonly string[] => text.match(/[\p{L}_]+/gu) ?? [];
const numbersIn = (text: string): readonly string[] => text.match(/\d+(?:\.\d+)?/g) ?? [];

/** One error is raised on within this time, in one process. Microseconds. */
const RAISED_ON = 10_000;

/**
 * A caller shows that it gave up by itself: it is another service, or its error has words or limits of its own and did not come of the
 * callee's at once. Else it passes its callee's error on.
 */
function isOwn(caller: Step, callee: Step, run: RunView): boolean {
  if (!isTimedOut(callee)) return true;
  if (caller.service !== callee.service && caller.service !== '' && callee.service !== '') return true;
  const [words, inner] = [wordsOf(caller).toLowerCase(), wordsOf(callee).toLowerCase()];
  const limits = numbersIn(words);
  const innerLimits = numbersIn(inner);
  if (limits.length > 0 && innerLimits.length > 0 && !innerLimits.some((limit) => limits.includes(limit))) return true;
  const said = wordsIn(words);
  const own = wordsIn(inner).filter((word) => !GENERIC.has(word));
  const kept = own.filter((word) => said.includes(word)).length;
  const isPassedOn = kept >= PASSED_ON * own.length;
  return !isPassedOn && Math.abs(run.endOf(caller) - run.endOf(callee)) > RAISED_ON;
}

export interface TimeoutChain {
  /** From the deepest cause, which may only have been slow, to the outermost caller that gave up. */
  chain: Step[];
  /** Steps of the chain that gave up by themselves. */
  levels: Step[];
}

/** The timeouts above and below one that timed out. */
export function timeoutsAround(step: Step, run: RunView): TimeoutChain {
  let top = step;
  for (let depth = 0; depth < MOST_LEVELS; depth++) {
    const caller = callerOf(top, run);
    if (!caller) break;
    top = caller;
  }
  const chain = [top];
  for (let depth = 0; depth < MOST_LEVELS; depth++) {
    const awaited = awaitedBy(chain[0] as Step, run);
    if (!awaited) break;
    chain.unshift(awaited);
  }
  const levels = chain.filter((at, i) => {
    const callee = chain[i - 1];
    return isTimedOut(at) && (!callee || isOwn(at, callee, run));
  });
  return { chain, levels };
}

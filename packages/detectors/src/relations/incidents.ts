import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { sharedValues } from '../reading/argument-values.ts';
import { encloses } from './enclosure.ts';
import { faultOf, isLookup } from './error-nature.ts';
import { follows, isOperation, isToolLike, sameAgent, sameOperation, similarNames } from './operation.ts';

/** What was done about a failure. */
export type Reaction = 'retried_same' | 'retried_changed' | 'other_tool' | 'replanned' | 'gave_up';

/**
 * One thing that went wrong, and what became of it. One exception that shows on an HTTP call, its tool, the graph's node and
 * the root is one incident; repeated attempts at one operation are one incident too.
 */
export interface Incident {
  /** The operation on which it shows to the agent: the tool, the inference. */
  span: Step;
  /** The deepest span that shows it. */
  cause: Step;
  /** Spans above that show the same failure, lowest first. */
  shownBy: Step[];
  /** Later attempts at the same operation, in time order, the successful one included. */
  attempts: Step[];
  /** What finally gave the agent what had failed: an attempt, another tool, the operation around a failed part. */
  success: Step | undefined;
  reaction: Reaction | undefined;
  /** Outputs of the same agent's inferences after it, in time order, at most 8. */
  outputs: Step[];
}

/** Incidents that are followed at a time: the latest. */
const MOST_INCIDENTS = 64;
const MOST_ATTEMPTS = 32;
const MOST_OUTPUTS = 8;
/** Another tool that meets the same need is called soon, or it was called for another need. */
const CALLS_UNTIL_STAND_IN = 4;

const mayFail = (step: Step): boolean => step.kind !== 'evaluator' && step.kind !== 'guardrail';

/** In order of end, but what encloses another after it, though clocks may have it end a little earlier. */
function childrenFirst(failing: readonly Step[], run: RunView): Step[] {
  const order = new Map(failing.map((step) => [step, run.endOf(step)]));
  const sorted = [...failing].sort(
    (a, b) => run.endOf(a) - run.endOf(b) || run.startOf(b) - run.startOf(a) || (a.spanId < b.spanId ? -1 : 1),
  );
  for (const step of sorted) {
    let least = order.get(step) ?? 0;
    let at = run.parentOf(step);
    for (let depth = 0; at && depth < 64; depth++) {
      const own = order.get(at);
      if (own !== undefined) {
        least = Math.max(own, least + 1);
        order.set(at, least);
      }
      at = run.parentOf(at);
    }
  }
  return sorted.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
}

/** A call that came of the same request as the failed one, side by side with it, is no reaction to it. */
function askedTogether(a: Step, b: Step, run: RunView): boolean {
  if (!isToolLike(a)) return false;
  const asked = run.requesterOf(a);
  return asked !== undefined && asked === run.requesterOf(b) && a.argumentsDigest !== b.argumentsDigest;
}

/** Whether `step` tries again what failed in `failed`; its way of doing so. */
function retryOf(step: Step, failed: Step, run: RunView): Reaction | undefined {
  if (!follows(step, failed, run) || !sameOperation(step, failed, run)) return undefined;
  if (!isToolLike(step))
    return step.kind !== 'step' || step.parentSpanId === failed.parentSpanId ? 'retried_same' : undefined;
  if (step.argumentsDigest === failed.argumentsDigest) return 'retried_same';
  if (askedTogether(step, failed, run)) return undefined;
  // Other arguments: a correction where the call was at fault, or where most of them stayed; else a call of its own.
  const corrects = faultOf(failed) === 'call' || sharedValues(step.argumentValues, failed.argumentValues) >= 0.5;
  return corrects ? 'retried_changed' : undefined;
}

/**
 * Another tool for the same need: it looks up what could not be looked up, or does what could not be done, which shows in
 * its name or in the values it takes. An action after a failed lookup goes on as if nothing had happened: no stand-in.
 */
function standsIn(step: Step, failed: Step, run: RunView): boolean {
  if (!isToolLike(step) || !isToolLike(failed) || step.kind === 'handoff') return false;
  if (!follows(step, failed, run) || sameOperation(step, failed, run) || isFailure(step)) return false;
  if (!sameAgent(step, failed, run) || askedTogether(step, failed, run)) return false;
  if (encloses(step.spanId, failed, run)) return false;
  const looksUp = isLookup(failed);
  if (looksUp !== isLookup(step)) return false;
  if (similarNames(step, failed)) return true;
  const shared = sharedValues(step.argumentValues, failed.argumentValues);
  return shared >= 0.5 && (looksUp || failed.argumentValues.length > 1);
}

/** Steps in time order, from the first on that can follow a given one. */
function* since(step: Step, run: RunView): Generator<Step> {
  const all = run.chronological();
  const from = run.startOf(step);
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (run.startOf(all[middle] as Step) < from) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < all.length; i++) yield all[i] as Step;
}

/** The failures that stand for themselves, each with the spans above that only show it. */
function distinct(run: RunView): Incident[] {
  const failing: Step[] = [];
  for (const step of run.steps) if (isFailure(step) && mayFail(step)) failing.push(step);
  const incidents: Incident[] = [];
  for (const step of childrenFirst(failing.slice(-MOST_INCIDENTS), run)) {
    const below = incidents.findLast(
      (incident) => isOpen(incident, run.endOf(step), run) && encloses(step.spanId, incident.cause, run),
    );
    if (below) {
      if (!isOperation(below.span) && isOperation(step)) below.span = step;
      else if (step.kind === below.span.kind && step.tool !== '' && step.tool === below.span.tool) below.span = step;
      else below.shownBy.push(step);
      continue;
    }
    const before = incidents.findLast(
      (incident) => isOpen(incident, run.endOf(step), run) && retryOf(step, lastTry(incident), run),
    );
    if (before) addAttempt(before, step, run);
    else
      incidents.push({
        span: step,
        cause: step,
        shownBy: [],
        attempts: [],
        success: undefined,
        reaction: undefined,
        outputs: [],
      });
    // What succeeded meanwhile settles what it settles, before the spans above are looked at.
    for (const incident of incidents) settle(incident, run.endOf(step), run);
  }
  return incidents;
}

const lastTry = (incident: Incident): Step => incident.attempts.at(-1) ?? incident.span;

const isOpen = (incident: Incident, at: number, run: RunView): boolean =>
  incident.success === undefined || run.endOf(incident.success) > at;

function addAttempt(incident: Incident, step: Step, run: RunView): void {
  incident.reaction = retryOf(step, incident.span, run) ?? incident.reaction ?? 'retried_changed';
  if (incident.attempts.length < MOST_ATTEMPTS) incident.attempts.push(step);
}

/** Looks, up to a time, for what gave the agent what had failed. */
function settle(incident: Incident, until: number, run: RunView): void {
  if (incident.success) return;
  const failed = lastTry(incident);
  for (const step of since(incident.span, run)) {
    if (run.endOf(step) > until || isFailure(step)) continue;
    if (incident.success && run.startOf(step) >= run.startOf(incident.success)) break;
    if (retryOf(step, failed, run) ?? retryOf(step, incident.span, run)) {
      addAttempt(incident, step, run);
      incident.success = step;
    }
  }
  if (!incident.success) incident.success = absorbedBy(incident, until, run);
}

/** The operation around a failed part that came to a good end all the same. */
function absorbedBy(incident: Incident, until: number, run: RunView): Step | undefined {
  let at = run.parentOf(incident.cause);
  for (let depth = 0; at && depth < 16; depth++) {
    if (at.kind === 'agent') return undefined;
    if (isOperation(at)) return isFailure(at) || run.endOf(at) > until ? undefined : at;
    at = run.parentOf(at);
  }
  return undefined;
}

/** What the agent said and did after a failure that no attempt put right. */
function follow(incident: Incident, run: RunView): void {
  let calls = 0;
  let standIn: Step | undefined;
  for (const step of since(incident.span, run)) {
    if (!follows(step, incident.span, run) || !sameAgent(step, incident.span, run)) continue;
    if (step.kind === 'llm' && !step.failed && incident.outputs.length < MOST_OUTPUTS) incident.outputs.push(step);
    if (!isToolLike(step) || calls >= CALLS_UNTIL_STAND_IN) continue;
    calls++;
    if (!standIn && !incident.success && standsIn(step, incident.span, run)) standIn = step;
  }
  if (standIn) {
    incident.success = standIn;
    incident.reaction = 'other_tool';
  }
  if (incident.reaction) return;
  const spoke = incident.outputs.find((output) => output.said === 'trouble' || output.said === 'question');
  if (spoke) incident.reaction = spoke.requestedCalls.length > 0 || spoke.said === 'question' ? 'replanned' : 'gave_up';
}

const memo = new WeakMap<RunView, { released: number; incidents: Incident[] }>();

/**
 * All that went wrong in the run so far, in order of end, at most the latest 64. A function of the steps, whatever order they
 * came in; computed once per released step.
 */
export function incidentsOf(run: RunView): readonly Incident[] {
  if (run.troubles === 0) return [];
  const released = run.steps.length + run.droppedSteps;
  const known = memo.get(run);
  if (known?.released === released) return known.incidents;
  const incidents = distinct(run);
  for (const incident of incidents) {
    settle(incident, Number.POSITIVE_INFINITY, run);
    follow(incident, run);
  }
  memo.set(run, { released, incidents });
  return incidents;
}

/**
 * The spans of an incident but its cause. A parent that came before its child, or an attempt that came before the first one,
 * stood for itself at the time: what was reported of it must be taken back.
 */
export const furtherSpans = ({ span, cause, shownBy, attempts }: Incident): Step[] =>
  [span, ...shownBy, ...attempts].filter((step) => step !== cause);

/** The agent spoke of the failure, or asked the user for something else, before or instead of going on. */
export const acknowledged = (incident: Incident): boolean =>
  incident.outputs.some((output) => output.said === 'trouble') || incident.outputs[0]?.said === 'question';

import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { Enclosures } from './enclosure.ts';
import { failuresIn } from './failures.ts';
import { follows, isOperation, isToolLike, sameAgent, sameOperation } from './operation.ts';
import { type Reaction, retryOf, standsIn } from './reactions.ts';
import { SuccessfulRetries } from './successful-retries.ts';

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
  /** Other spans that show it: failed parts of the operation or of an attempt, the inner of two spans of one call. */
  parts: Step[];
  /**
   * What finally gave the agent what had failed: an attempt, another tool, the same call in another form beside it, the operation
   * around a failed part.
   */
  success: Step | undefined;
  reaction: Reaction | undefined;
  /** Outputs of the same agent's inferences after it, in time order, at most 8. */
  outputs: Step[];
}

const MOST_ATTEMPTS = 32;
const MOST_OUTPUTS = 8;
/** Steps after a failure among which its agent's words and other tools are looked for. */
const MOST_FOLLOWED = 512;
/** Another tool that meets the same need is called soon, or it was called for another need. */
const CALLS_UNTIL_STAND_IN = 4;

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

/** A look at all that went wrong in a run as it stands: what several of its questions need is looked up once. */
interface Look {
  run: RunView;
  enclosures: Enclosures;
  retries: SuccessfulRetries;
}

/** The failures that stand for themselves, each with the spans that only show it, and the attempts that failed as well. */
function distinct(look: Look): Incident[] {
  const { run } = look;
  const incidents: Incident[] = [];
  for (const step of failuresIn(run)) {
    const open = incidents.filter((incident) => isOpen(incident, run.endOf(step), run));
    const below = open.findLast((incident) => isShownBy(incident, step, look));
    if (below) show(below, step, look);
    const isAttempt = !below || below.span === step;
    const before = isAttempt
      ? open.findLast((incident) => incident !== below && retryOf(step, lastTry(incident), run))
      : undefined;
    if (before) addAttempt(before, step, run);
    if (before && below) {
      before.parts.push(...[below.cause, ...below.parts, ...below.attempts].filter((part) => part !== step));
      before.shownBy.push(...below.shownBy);
      incidents.splice(incidents.indexOf(below), 1);
    }
    if (!before && !below) incidents.push(newIncident(step));
    // What succeeded meanwhile settles what it settles, before the spans above are looked at.
    for (const incident of incidents) settle(incident, run.endOf(step), look);
  }
  return incidents;
}

const newIncident = (step: Step): Incident => ({
  span: step,
  cause: step,
  shownBy: [],
  attempts: [],
  parts: [],
  success: undefined,
  reaction: undefined,
  outputs: [],
});

/** The step encloses the failure, or a failed attempt to put it right. */
const isShownBy = ({ cause, attempts }: Incident, step: Step, { enclosures }: Look): boolean =>
  enclosures.encloses(step, cause) || attempts.some((attempt) => enclosures.encloses(step, attempt));

/** Takes a step that encloses an incident, or one of its attempts, for another sign of it. */
function show(incident: Incident, step: Step, { enclosures }: Look): void {
  const { span, cause, attempts } = incident;
  const wrapsCall = (inner: Step): boolean => step.kind === inner.kind && step.tool !== '' && step.tool === inner.tool;
  if (!enclosures.encloses(step, cause)) {
    const isWrapper = attempts.some((attempt) => wrapsCall(attempt) && enclosures.encloses(step, attempt));
    (isWrapper ? incident.parts : incident.shownBy).push(step);
    return;
  }
  if (!(!isOperation(span) && isOperation(step)) && !wrapsCall(span)) {
    incident.shownBy.push(step);
    return;
  }
  // What was tried again inside of it is no attempt at it.
  const inner = attempts.filter((attempt) => enclosures.encloses(step, attempt));
  incident.parts.push(...inner, ...(span === cause ? [] : [span]));
  incident.attempts = attempts.filter((attempt) => !inner.includes(attempt));
  if (incident.attempts.length === 0) incident.reaction = undefined;
  incident.span = step;
}

const lastTry = (incident: Incident): Step => incident.attempts.at(-1) ?? incident.span;

const isOpen = (incident: Incident, at: number, run: RunView): boolean =>
  incident.success === undefined || run.endOf(incident.success) > at;

function addAttempt(incident: Incident, step: Step, run: RunView): void {
  incident.reaction = retryOf(step, incident.span, run) ?? incident.reaction ?? 'retried_changed';
  if (incident.attempts.length < MOST_ATTEMPTS) incident.attempts.push(step);
}

/** Looks, up to a time, for what gave the agent what had failed. */
function settle(incident: Incident, until: number, { run, retries }: Look): void {
  if (incident.success) return;
  const success = retries.first([lastTry(incident), incident.span], { from: run.startOf(incident.span), until });
  if (success) {
    addAttempt(incident, success, run);
    incident.success = success;
  } else incident.success = absorbedBy(incident, until, run);
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
  let looked = 0;
  for (const step of since(incident.span, run)) {
    if (looked++ >= MOST_FOLLOWED || (calls >= CALLS_UNTIL_STAND_IN && incident.outputs.length >= MOST_OUTPUTS)) break;
    if (!follows(step, incident.span, run) || !sameAgent(step, incident.span, run)) continue;
    if (step.kind === 'llm' && !step.failed && incident.outputs.length < MOST_OUTPUTS) incident.outputs.push(step);
    if (!isToolLike(step) || calls >= CALLS_UNTIL_STAND_IN || sameOperation(step, incident.span, run)) continue;
    calls++;
    if (!standIn && !incident.success && standsIn(step, incident.span, run, calls === 1)) standIn = step;
  }
  if (standIn) {
    incident.success = standIn;
    incident.reaction = 'other_tool';
  }
  if (incident.reaction) return;
  const spoke = incident.outputs.find((output) => output.said === 'trouble' || asksUser(output));
  if (!spoke) return;
  if (spoke.requestedCalls.length > 0 || asksUser(spoke)) incident.reaction = 'replanned';
  else if (!incident.success) incident.reaction = 'gave_up';
}

/** A question beside a call ("Is it done?") is what the call is to find out; nobody is asked. */
export const asksUser = (output: Step): boolean => output.said === 'question' && output.requestedCalls.length === 0;

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
  const look: Look = { run, enclosures: new Enclosures(run), retries: new SuccessfulRetries(run) };
  const incidents = distinct(look);
  for (const incident of incidents) {
    settle(incident, Number.POSITIVE_INFINITY, look);
    incident.success ??= look.retries.inOtherForm(incident.span);
    follow(incident, run);
  }
  memo.set(run, { released, incidents });
  return incidents;
}

/**
 * The spans of an incident but the one on which it shows, which is its identity. A part or a parent that came before the
 * operation, or an attempt that came before the first one, stood for itself at the time: what was reported of it must be
 * taken back.
 */
export const furtherSpans = ({ span, cause, shownBy, attempts, parts }: Incident): Step[] =>
  [cause, ...shownBy, ...attempts, ...parts].filter((step) => step !== span);

/** The agent spoke of the failure, or asked the user for something else, before or instead of going on. */
export const acknowledged = ({ outputs }: Incident): boolean =>
  outputs.some((output) => output.said === 'trouble') || (outputs[0] !== undefined && asksUser(outputs[0]));

import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { openingOf } from '../reading/unparsed-messages.ts';
import { nearestNamed } from './attribution.ts';
import { byStartIn, isAct } from './calls.ts';

const MOST_INFERENCES = 48;
const MODE_TOOL = /(?:^|[_-])(?:mode|persona|profile|role)s?(?:$|[_-])/i;

/**
 * An inference. `heard`: its answer was seen in a later input or in what its agent gave back. `continues`: its input has answers of
 * before.
 */
export type Inference = [
  spanId: string,
  persona: number,
  tools: string,
  request: string,
  answer: string,
  heard: 0 | 1,
  continues: 0 | 1,
];

/** Part of a detector's state, plain JSON. `persona` of an inference is a place among `personas`. */
export interface InferenceLog {
  personas: readonly unknown[];
  inferences: Inference[];
}

/**
 * While there is one persona, as in most runs for good, only the earliest of those inferences is kept that later ones would be
 * compared by in the same way; with a second persona, all.
 */
export function keepInference(log: InferenceLog, step: Step, run: RunView, inference: Inference): boolean {
  const { inferences, personas } = log;
  if (personas.length < 2) {
    const point = pointOf(step, run);
    const at = inferences.findIndex(([spanId, persona, tools, request]) => {
      const other = run.stepOf(spanId);
      if (persona !== inference[1] || tools !== inference[2] || request !== inference[3] || !other) return false;
      return other.agent === step.agent && pointOf(other, run) === point;
    });
    const known = run.stepOf(inferences[at]?.[0] ?? '');
    if (known) {
      if (run.startOf(known) <= run.startOf(step)) return false;
      inferences[at] = inference;
      return true;
    }
  }
  inferences.push(inference);
  if (inferences.length > MOST_INFERENCES) inferences.splice(1, 1);
  return true;
}

/** Where in the workflow: the name of the span around, counts aside. */
const pointOf = (step: Step, run: RunView): string => (run.parentOf(step)?.name ?? '').replace(/\d+/g, '0');

const ANSWER_LENGTH = 32;
const LEAST_ANSWER = 8;

/** How an answer in words begins, as it stands within JSON text; empty where that is too short to know it by. */
export function openingOfAnswer(output: string): string {
  const raw = JSON.stringify(openingOf(output, ANSWER_LENGTH) ?? '').slice(1, -1);
  return raw.length < LEAST_ANSWER ? '' : raw;
}

/** Answers that stand in what came later. */
export function hearAnswers(text: string, step: Step, log: InferenceLog): boolean {
  if (text === '' || log.personas.length < 2) return false;
  let changed = false;
  for (const inference of log.inferences) {
    const [spanId, , , , answer, heard] = inference;
    if (heard || answer === '' || spanId === step.spanId || !text.includes(answer)) continue;
    inference[5] = 1;
    changed = true;
  }
  return changed;
}

/** An inference as it is compared with others. */
export interface Spoken {
  step: Step;
  persona: number;
  request: string;
  answer: string;
  heard: boolean;
  continues: boolean;
}

/** Inferences that may be compared, by start: of one agent and release, at one point, with the same tools. */
export function groupsOf(log: InferenceLog, run: RunView): Spoken[][] {
  const groups = new Map<string, Spoken[]>();
  for (const [spanId, persona, tools, request, answer, heard, continues] of log.inferences) {
    const step = run.stepOf(spanId);
    const named = step && nearestNamed(step, 'agent', run);
    if (!step || !named) continue;
    const key = [named.agent, run.releaseOf(step), pointOf(step, run), tools].join('\n');
    const spoken = { step, persona, request, answer, heard: heard === 1, continues: continues === 1 };
    const group = groups.get(key);
    if (group) group.push(spoken);
    else groups.set(key, [spoken]);
  }
  const byStart = byStartIn(run);
  for (const group of groups.values()) group.sort((a, b) => byStart(a.step, b.step));
  return [...groups.values()];
}

/** A tool of modes was called in between. */
export const isModeChange = (first: Spoken, at: Spoken, run: RunView): boolean =>
  run.steps.some(
    (step) =>
      isAct(step) &&
      MODE_TOOL.test(step.tool) &&
      run.startOf(step) >= run.startOf(first.step) &&
      run.startOf(step) <= run.startOf(at.step),
  );

/** What the inference asked for was called. */
export const hasActed = (inference: Step, run: RunView): boolean =>
  run.steps.some((step) => isAct(step) && step.index > inference.index - 64 && run.requesterOf(step) === inference);

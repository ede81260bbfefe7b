import type { ObservedAnswer } from '../detector/normals.ts';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { agentKey } from '../reading/agent-key.ts';
import { isJsonObject } from '../reading/json-payload.ts';
import { type PayloadShape, shapeOf } from '../reading/payload-shape.ts';
import { type BrokenNorm, breaksOfNorms, type NormSettings } from './payload-norms.ts';

/** A structured answer. `open`: no schema says what it has to hold. */
export type AnswerNote = [spanId: string, shape: PayloadShape, open: 0 | 1];

/** Part of a detector's state, plain JSON. */
export interface AnswerLog {
  answers: AnswerNote[];
}

const MOST_ANSWERS = 8;

/** Takes note of a structured answer that is an object; true where it is one. */
export function noteAnswer({ answers }: AnswerLog, step: Step, value: unknown, isOpen: boolean): boolean {
  if (!isJsonObject(value)) return false;
  answers.push([step.spanId, shapeOf(value), isOpen ? 1 : 0]);
  if (answers.length > MOST_ANSWERS) answers.shift();
  return true;
}

export interface UnlikeAnswer extends BrokenNorm {
  step: Step;
}

const who = (step: Step, run: RunView) => ({ agent: agentKey(run.agentOf(step)), release: run.releaseOf(step) });

/** A field that may be empty where every key has to be there is left empty by right. */
function brokenBy(step: Step, shape: PayloadShape, run: RunView, settings: NormSettings): BrokenNorm | undefined {
  const { agent, release } = who(step, run);
  const known = agent === '' ? undefined : run.normals.answers(run.tenant, agent, release);
  return known && breaksOfNorms(known, [shape], { isLawful: ({ problem }) => problem === 'empty' }, settings);
}

/** Answers without a schema that lack what practically all of their agent and release had, or have it of another type. */
export function unlikeAnswers({ answers }: AnswerLog, run: RunView, settings: NormSettings): UnlikeAnswer[] {
  return answers.flatMap(([spanId, shape, isOpen]) => {
    const step = run.stepOf(spanId);
    const broken = step && isOpen ? brokenBy(step, shape, run, settings) : undefined;
    return step && broken ? [{ step, ...broken }] : [];
  });
}

/** What a run's answers show of what is normal. */
export function answersShown({ answers }: AnswerLog, run: RunView, settings: NormSettings): ObservedAnswer[] {
  return answers.flatMap(([spanId, shape]) => {
    const step = run.stepOf(spanId);
    if (!step) return [];
    const { agent, release } = who(step, run);
    if (agent === '') return [];
    const isBeyond = brokenBy(step, shape, run, settings) !== undefined;
    return [{ about: 'answer' as const, agent, release, shape, isBeyond }];
  });
}

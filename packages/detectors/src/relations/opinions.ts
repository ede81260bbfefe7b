import type { Span } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { hash64 } from '../identity-hash.ts';
import { askedIn } from '../reading/handoff-payload.ts';
import { answerIn } from '../reading/messages.ts';
import { positionIn } from '../reading/positions.ts';
import { wrapsInference } from './calls.ts';
import type { Opinion } from './consensus.ts';

/** Cheap: a JSON object in a text, or a line that states a position. */
const MAY_STATE =
  /\{(?:\\n|\s)*\\"|(?:vote|decision|verdict|position|proposal|choice|recommendation|stance|answer|estimate)[*_ ]*[:=]/i;

/** `Round 3` and `Round 4` ask the same. */
const COUNT = /\b\d{1,2}\b/g;

/** An answer in words that states a position. */
export function opinionIn(step: Step, span: Span, run: RunView): Opinion | undefined {
  if (step.kind !== 'llm' || step.requestedCalls.length > 0 || span.outputMessages === '') return undefined;
  if (!MAY_STATE.test(span.outputMessages) || wrapsInference(step, run)) return undefined;
  const text = answerIn(span);
  const position = positionIn(text);
  if (position.length === 0) return undefined;
  const task = hash64(askedIn(span.inputMessages).replace(COUNT, '')).slice(0, 8);
  return { spanId: step.spanId, task, position };
}

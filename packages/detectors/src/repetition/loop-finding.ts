import type { FindingDraft } from '../detector/detector.ts';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { AGENT, times } from '../detector/wording.ts';
import { isAct } from '../relations/calls.ts';

/** A loop as a run remembers it. */
export interface Loop {
  key: string;
  period: number;
  /** Span ids of its first step, of the first repetition, and of the step that made it a loop. */
  first: string;
  repetition: string;
  at: string;
  /** Occurrences that made it a loop. */
  threshold: number;
  steps: number;
  /** Span id of the last step that is counted. */
  last: string;
  /** Repeats when it was last reported. */
  reported: number;
}

const MOST_SPANS = 32;
/** So many times the occurrences that make a loop make it a grave one. */
const GRAVE = 3;

const sum = (steps: readonly Step[], of: (step: Step) => number): number =>
  steps.reduce((total, step) => total + of(step), 0);

/** The finding of a loop; undefined once the steps that it rests on are forgotten. */
export function loopFinding(loop: Loop, run: RunView): FindingDraft | undefined {
  const [at, first, repetition] = [run.stepOf(loop.at), run.stepOf(loop.first), run.stepOf(loop.repetition)];
  const last = run.stepOf(loop.last);
  if (!at || !first || !repetition || !last) return undefined;
  const within = run
    .chronological()
    .filter((step) => run.startOf(step) >= run.startOf(first) && run.startOf(step) <= run.startOf(last));
  const acts = within.filter(isAct);
  const once = acts.slice(0, loop.period);
  const names = once.map((act) =>
    act.kind === 'handoff' ? `handoff to ${act.handoffTo || act.tool}` : act.tool || act.name,
  );
  const handoffs = once.every((act) => act.kind === 'handoff');
  const unseen = once.some((act) => act.kind !== 'handoff' && act.resultDigest === '');
  const repeats = Math.floor(loop.steps / loop.period);
  const inferences = within.filter((step) => step.kind === 'llm' && run.startOf(step) >= run.endOf(first));
  const asked = run.requesterOf(repetition);
  return {
    key: loop.key,
    span: at,
    rootCause: asked && run.startOf(asked) >= run.endOf(first) ? asked : repetition,
    severity: repeats >= GRAVE * loop.threshold ? 'high' : 'medium',
    confidence: unseen ? 0.7 : 0.95,
    summary: handoffs
      ? `the same work went round ${times(repeats)}: ${names.join(' → ')}`
      : `${AGENT} did ${names.join(' → ')} ${times(repeats)}, with the same results each time`,
    evidence: {
      type: handoffs ? 'repeated_handoffs' : 'repeated_cycle',
      expected: 'arguments or results that move on, or an end',
      seen: names,
      numbers: {
        period: loop.period,
        repeats,
        steps: loop.steps,
        seconds: (run.endOf(last) - run.startOf(first)) / 1_000_000,
        inputTokens: sum(inferences, (step) => step.inputTokens),
        outputTokens: sum(inferences, (step) => step.outputTokens),
        costUsd: sum(inferences, (step) => step.costUsd),
      },
      spans: acts.slice(0, MOST_SPANS).map((act) => act.spanId),
    },
  };
}

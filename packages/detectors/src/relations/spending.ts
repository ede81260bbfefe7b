import type { Quantity } from '../detector/normals.ts';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { activeTime, type IsWaiting, isWork } from './active-time.ts';

/** Inferences and calls of the run so far. */
export const stepsSpent = ({ spent }: RunView): number => spent.llmCalls + spent.toolCalls;

/** Tokens of the run so far, without those that were read from a cache. */
export const tokensSpent = ({ spent }: RunView): number => spent.inputTokens - spent.cachedTokens + spent.outputTokens;

/** What one step takes: a step, tokens, USD or seconds. */
export function amountOf(step: Step, quantity: Quantity): number {
  switch (quantity) {
    case 'steps':
      return step.kind === 'llm' || step.kind === 'tool' ? 1 : 0;
    case 'tokens':
      return step.inputTokens + step.outputTokens;
    case 'costUsd':
      return step.costUsd;
    case 'seconds':
      return (step.end - step.start) / 1e6;
  }
}

/**
 * The work of a run in the order in which it ended, each piece with what had been taken with it.
 *
 * @param seen what was taken in all
 */
export function* spentStepByStep(
  quantity: Quantity,
  seen: number,
  run: RunView,
  isWaiting: IsWaiting,
): Generator<readonly [step: Step, soFar: number]> {
  if (quantity === 'seconds') {
    for (const [step, us] of activeTime(run, isWaiting)) yield [step, us / 1e6];
    return;
  }
  const steps = run
    .chronological()
    .filter(isWork)
    .sort((a, b) => run.endOf(a) - run.endOf(b));
  const amounts = steps.map((step) => amountOf(step, quantity));
  const remembered = amounts.reduce((sum, amount) => sum + amount, 0);
  // Of tokens that were read from a cache only the sum is known: they are spread evenly.
  const all = quantity === 'tokens' ? seen + run.spent.cachedTokens : seen;
  let soFar = all - remembered;
  for (const [i, step] of steps.entries()) {
    soFar += amounts[i] ?? 0;
    yield [step, (soFar / all) * seen];
  }
}

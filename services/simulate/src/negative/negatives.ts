import { backgroundJob } from './background-job.ts';
import { computedValues } from './computed-values.ts';
import { emptyFirstChoice } from './empty-first-choice.ts';
import { fifoQueue } from './fifo-queue.ts';
import { heavyTask } from './heavy-task.ts';
import { keptConstraints } from './kept-constraints.ts';
import { lawfulEmpty } from './lawful-empty.ts';
import { lawfulRetry } from './lawful-retry.ts';
import { longCall } from './long-call.ts';
import { modeChange } from './mode-change.ts';
import type { Negative } from './negative.ts';
import { newSubject } from './new-subject.ts';
import { nullOption } from './null-option.ts';
import { optionalStep, optionalStepDone } from './optional-step.ts';
import { pagination } from './pagination.ts';
import { pollingWithProgress } from './polling.ts';
import { proseWithBraces } from './prose-with-braces.ts';
import { quotedSerialization } from './quoted-serialization.ts';
import { refreshAfterWrite } from './refresh-after-write.ts';
import { separateRetries } from './separate-retries.ts';
import { shrinkingRecursion } from './shrinking-recursion.ts';
import { summarisedHandoff } from './summarised-handoff.ts';
import { supersededResult } from './superseded-result.ts';
import { textAboutErrors } from './text-about-errors.ts';
import { timeoutRetried } from './timeout-retried.ts';
import { twoOrders } from './two-orders.ts';

/** What resembles the faults of a single agent. */
export const basicNegatives: readonly Negative[] = [
  lawfulRetry,
  pagination,
  pollingWithProgress,
  textAboutErrors,
  lawfulEmpty,
  optionalStep,
  longCall,
  keptConstraints,
  backgroundJob,
  nullOption,
  proseWithBraces,
];

/** Everything lawful that resembles a fault. */
export const negatives: readonly Negative[] = [
  ...basicNegatives,
  optionalStepDone,
  separateRetries,
  computedValues,
  supersededResult,
  quotedSerialization,
  summarisedHandoff,
  timeoutRetried,
  shrinkingRecursion,
  fifoQueue,
  twoOrders,
  refreshAfterWrite,
  heavyTask,
  modeChange,
  newSubject,
  emptyFirstChoice,
];

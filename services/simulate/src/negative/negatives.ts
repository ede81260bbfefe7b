import { backgroundJob } from './background-job.ts';
import { keptConstraints } from './kept-constraints.ts';
import { lawfulEmpty } from './lawful-empty.ts';
import { lawfulRetry } from './lawful-retry.ts';
import { longCall } from './long-call.ts';
import type { Negative } from './negative.ts';
import { nullOption } from './null-option.ts';
import { optionalStep } from './optional-step.ts';
import { pagination } from './pagination.ts';
import { pollingWithProgress } from './polling.ts';
import { proseWithBraces } from './prose-with-braces.ts';
import { textAboutErrors } from './text-about-errors.ts';

/** Everything lawful that resembles a fault. */
export const negatives: readonly Negative[] = [
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

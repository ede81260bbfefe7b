import { abandonedSession } from './abandoned-session.ts';
import { clockSkew } from './clock-skew.ts';
import { contextTruncation } from './context-truncation.ts';
import type { Injector } from './injector.ts';
import { malformedOutput } from './malformed-output.ts';
import { maskedToolError } from './masked-tool-error.ts';
import { noProgressLoop } from './no-progress-loop.ts';
import { recovery } from './recovery.ts';
import { retryStorm } from './retry-storm.ts';
import { toolMisrouting } from './tool-misrouting.ts';
import { unresolvedError } from './unresolved-error.ts';

/** Every fault that can be put into a run. */
export const injectors: readonly Injector[] = [
  maskedToolError,
  recovery,
  unresolvedError,
  retryStorm,
  noProgressLoop,
  toolMisrouting,
  malformedOutput,
  contextTruncation,
  abandonedSession,
  clockSkew,
];

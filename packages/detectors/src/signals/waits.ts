import type { Span, Wait } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { namesIn, ownAttributes } from '../reading/own-attributes.ts';
import { isMoment, whereOf } from './moments.ts';
import type { SignalDraft, SignalSource } from './signal-source.ts';

interface State {
  kept: { spanId: string; waitsFor: string[]; holds: string[] }[];
  sent: number;
}

const MOST_SENT = 64;
const MOST_NAMES = 16;
const LONGEST_NAME = 128;

/** Who waits for whom, by spans that say so, for those who judge a tenant's waits across runs. */
export const waits: SignalSource<State> = {
  name: 'waits',
  initialState: () => ({ kept: [], sent: 0 }),
  onSpan(step, span, run, state, send) {
    const wait = state.sent + state.kept.length < MOST_SENT ? waitOf(step, span) : undefined;
    if (wait) state.kept.push(wait);
    if (!isMoment(step, run, state.kept.length)) return wait !== undefined;
    flush(run, state, send);
    return true;
  },
  onRunEnd(_, __, run, state, send) {
    if (state.kept.length === 0) return false;
    flush(run, state, send);
    return true;
  },
};

const named = (value: unknown): string[] =>
  namesIn(value)
    .map((name) => name.slice(0, LONGEST_NAME))
    .slice(0, MOST_NAMES);

function waitOf(step: Step, span: Span): State['kept'][number] | undefined {
  const own = ownAttributes(span);
  if (!own) return undefined;
  const [waitsFor, holds] = [named(own.waits_for), named(own.holds)];
  return waitsFor.length + holds.length > 0 ? { spanId: step.spanId, waitsFor, holds } : undefined;
}

function flush(run: RunView, state: State, send: (signal: SignalDraft) => void): void {
  let release = '';
  const told = state.kept.flatMap(({ spanId, waitsFor, holds }): Wait[] => {
    const step = run.stepOf(spanId);
    if (!step) return [];
    release ||= run.releaseOf(step);
    const asked = run.requesterOf(step);
    return [
      {
        ...{
          waitsFor,
          holds,
          isInVain: isFailure(step),
          agent: run.agentOf(step),
          step: run.pointOf(step),
          tool: step.tool,
          spanId,
        },
        causeSpanId: asked && run.endOf(asked) <= run.startOf(step) + 1_000 ? asked.spanId : spanId,
        startTime: run.startOf(step),
        endTime: run.endOf(step),
        receivedTime: step.receivedTime,
      },
    ];
  });
  state.sent += state.kept.length;
  state.kept = [];
  if (told.length > 0)
    send({ keyKind: 'tenant', key: run.tenant, body: { waits: { ...whereOf(run, release), waits: told } } });
}

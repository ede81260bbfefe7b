import type { Outcome, Span } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import { hash128 } from '../identity-hash.ts';
import { type Evaluation, evaluationsOf } from '../reading/evaluations.ts';
import type { SignalDraft, SignalSource } from './signal-source.ts';

/** Outcomes that wait for the end of a run, and that a run may tell at all. */
const MOST_WAITING = 16;
const MOST_TOLD = 64;

interface State {
  /** Until it is known which conversation the run belongs to. */
  waiting: Outcome[];
  told: number;
  /** Conversation that the run's own key was told of. */
  belongs: string;
}

/**
 * Takes outcomes out of runs: evaluations that stand on their spans, for the conversation of the run, or for the one that an evaluator's own span names or
 * links to. And it tells the key of a run of its conversation where that has another id, so that outcomes that know only the trace find it.
 */
export const outcomeSource = (): SignalSource<State> => ({
  name: 'outcomes',
  initialState: () => ({ waiting: [], told: 0, belongs: '' }),
  onSpan(_step, span, run, state, send) {
    const evaluations = evaluationsOf(span);
    let isChanged = false;
    for (const evaluation of evaluations) {
      if (state.told >= MOST_TOLD) break;
      isChanged = true;
      state.told++;
      const target = linkedTrace(span, run);
      if (target !== undefined) send(toKey(outcomeOf(evaluation, span, { sessionId: '', traceId: target })));
      else if (span.conversationId !== '')
        send(toKey(outcomeOf(evaluation, span, { sessionId: span.conversationId, traceId: span.traceId })));
      else if (state.waiting.length < MOST_WAITING)
        state.waiting.push(outcomeOf(evaluation, span, { sessionId: '', traceId: span.traceId }));
    }
    return isChanged;
  },
  onRunEnd(_end, judged, run, state, send) {
    const { sessionId, traceId } = judged;
    let isChanged = state.waiting.length > 0;
    for (const outcome of state.waiting) send(toKey({ ...outcome, sessionId }));
    state.waiting = [];
    if (sessionId !== traceId && state.belongs !== sessionId) {
      state.belongs = sessionId;
      isChanged = true;
      send({ keyKind: 'session', key: traceId, body: { belonging: { traceId: run.traceId, sessionId } } });
    }
    return isChanged;
  },
});

const toKey = (outcome: Outcome): SignalDraft => ({
  keyKind: 'session',
  key: (outcome.sessionId === '' ? outcome.traceId : outcome.sessionId).slice(0, 256),
  body: { outcome },
});

/** An evaluator in a trace of its own links to what it judged. */
function linkedTrace(span: Span, run: RunView): string | undefined {
  if (span.kind !== 'evaluator' || span.links === '') return undefined;
  try {
    const [link] = JSON.parse(span.links) as { traceId?: unknown }[];
    const traceId = link?.traceId;
    return typeof traceId === 'string' && traceId !== '' && traceId !== run.traceId ? traceId : undefined;
  } catch {
    return undefined;
  }
}

function outcomeOf(evaluation: Evaluation, span: Span, about: { sessionId: string; traceId: string }): Outcome {
  const { name, isSuccess, score, reason, time } = evaluation;
  return {
    tenant: span.tenant,
    outcomeId: hash128(`${span.traceId}/${span.spanId}/${name}/${time}/${score}`),
    ...about,
    ...{ isSuccess, score, source: name, reason },
    time: Math.min(time, span.receivedTime),
    receivedTime: span.receivedTime,
  };
}

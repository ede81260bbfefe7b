import { newRecord, type Run, type Span, topic } from '@spanwise/schemas';
import { span as spanOf } from '@spanwise/testkit';
import { expect, it } from 'vitest';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { evaluationsOf } from '../reading/evaluations.ts';
import { outcomeSource } from './outcome-source.ts';
import type { SignalDraft } from './signal-source.ts';

const run: Run = newRecord('Run', topic('runs').example[0] as Partial<Run>);
const event = (attributes: object, name = 'gen_ai.evaluation.result') =>
  JSON.stringify([{ name, timeUnixNano: '1795320000000000000', attributes }]);
const evaluated = (name: string, rest: object) => ({
  'gen_ai.evaluation.name': name,
  ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [`gen_ai.evaluation.${key}`, value])),
});

it.each<[string, Partial<Span>, number | undefined]>([
  ['an event with a label', { events: event(evaluated('task_success', { 'score.label': 'pass' })) }, 1],
  ['an event with a score', { events: event(evaluated('GoalAccuracy', { 'score.value': 0.25 })) }, 0.25],
  [
    'a label that its score agrees with',
    { events: event(evaluated('correctness', { 'score.label': 'incorrect', 'score.value': 0.1 })) },
    0.1,
  ],
  [
    'a label that its score contradicts',
    { events: event(evaluated('correctness', { 'score.label': 'incorrect', 'score.value': 1 })) },
    0,
  ],
  ['a score out of ten', { events: event(evaluated('task_success', { 'score.value': 7 })) }, undefined],
  ['another quality', { events: event(evaluated('toxicity', { 'score.value': 0 })) }, undefined],
  ['relevance that passed', { events: event(evaluated('relevance', { 'score.label': 'pass' })) }, undefined],
  ['another event', { events: event(evaluated('task_success', { 'score.value': 1 }), 'something') }, undefined],
  [
    'an evaluator',
    { kind: 'evaluator', attributes: JSON.stringify(evaluated('resolution', { 'score.label': 'failed' })) },
    0,
  ],
  ['a score of Langfuse', { attributes: '{"langfuse.score.name":"user-feedback","langfuse.score.value":0}' }, 0],
  ['an evaluator with bare names', { kind: 'evaluator', name: 'task completion', attributes: '{"score":1}' }, 1],
  ['a span that happens to have a score', { kind: 'tool', attributes: '{"name":"task_success","score":1}' }, undefined],
  ['broken JSON', { events: '[{"name":"gen_ai.evaluation.result"', attributes: '{"gen_ai.evaluation.' }, undefined],
])('reads of %s what it says of the task', (_, given, score) => {
  expect(evaluationsOf(spanOf(given)).map((each) => each.score)).toEqual(score === undefined ? [] : [score]);
});

/** What is sent of a run of these spans, which belongs to this conversation. */
function sentOf(spans: readonly Span[], sessionId: string): SignalDraft[] {
  const source = outcomeSource();
  const state = source.initialState();
  const sent: SignalDraft[] = [];
  const view = { traceId: run.traceId } as RunView;
  const send = (signal: SignalDraft) => sent.push(signal);
  for (const span of spans) source.onSpan({} as Step, span, view, state, send);
  const judged = { ...run, sessionId };
  source.onRunEnd('closed', judged, view, state, send);
  source.onRunEnd('closed', judged, view, state, send);
  return sent;
}

const failed: Partial<Span> = {
  traceId: run.traceId,
  events: event(evaluated('task_success', { 'score.value': 0, explanation: 'no refund' })),
};

it('sends an outcome to the conversation of its run when that is known, once', () => {
  expect(sentOf([spanOf(failed)], 'conv-9')).toMatchObject([
    {
      keyKind: 'session',
      key: 'conv-9',
      body: {
        outcome: {
          sessionId: 'conv-9',
          traceId: run.traceId,
          isSuccess: false,
          source: 'task_success',
          reason: 'no refund',
        },
      },
    },
    { keyKind: 'session', key: run.traceId, body: { belonging: { sessionId: 'conv-9' } } },
  ]);
});

it('sends it at once where the span names the conversation, or links to the run that it judged', () => {
  const elsewhere = 'ef'.repeat(16);
  const links = JSON.stringify([{ traceId: elsewhere, spanId: '1' }]);
  expect(sentOf([spanOf({ ...failed, conversationId: 'conv-3' })], run.traceId)).toMatchObject([{ key: 'conv-3' }]);
  expect(sentOf([spanOf({ ...failed, kind: 'evaluator', links })], run.traceId)).toMatchObject([
    { key: elsewhere, body: { outcome: { sessionId: '', traceId: elsewhere } } },
  ]);
});

it('tells nothing of a run that is a conversation of its own, and a bounded number of outcomes', () => {
  expect(sentOf([], run.traceId)).toEqual([]);
  const many = Array.from({ length: 200 }, (_, i) => spanOf({ ...failed, spanId: String(i).padStart(16, '0') }));
  expect(sentOf(many, run.traceId).length).toBeLessThanOrEqual(16);
});

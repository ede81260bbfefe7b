import { trace } from '@spanwise/testkit/spans';
import { expect, it } from 'vitest';
import { runDetectors } from '../run/registry.ts';
import type { SignalSource } from '../signals/signal-source.ts';
import { MemorySlots } from '../slots.ts';
import { RunJudge } from './run-judge.ts';
import type { RunOutput } from './run-output.ts';

/** Tells every third span, and at the end how many there were. */
const counting = (throwsAt = Number.POSITIVE_INFINITY): SignalSource<{ spans: number }> => ({
  name: 'counting',
  initialState: () => ({ spans: 0 }),
  onSpan(_step, _span, run, state, send) {
    state.spans++;
    if (state.spans % 3 === 0) send({ keyKind: 'agent', key: `${run.agent || 'unknown'} ${state.spans}`, body: {} });
    if (state.spans >= throwsAt) throw new Error('too many');
    return true;
  },
  onRunEnd(end, judged, _run, state, send) {
    send({ keyKind: 'tenant', key: `${end} ${judged.verdict} ${state.spans}`, body: {} });
    return false;
  },
});

const spans = trace({ agent: 'support' })
  .call('pay', { order_id: 'A-1' }, { error: 'declined' })
  .llm({ text: 'Paid.' })
  .llm({ text: 'Bye.' })
  .end();

function judged(source: SignalSource, crashes: boolean): RunOutput[] {
  const judge = new RunJudge({ detectors: runDetectors(), sources: [source as SignalSource] });
  let slots = new MemorySlots();
  const restored = () => {
    if (crashes) slots = MemorySlots.restore(slots.snapshot());
    return slots;
  };
  const outputs = spans.map((span, i) => judge.onSpan(restored(), span, i));
  return [...outputs, judge.onEnd(restored(), 'closed', 9_000)];
}

const keys = (outputs: readonly RunOutput[]) => outputs.flatMap(({ signals }) => signals.map(({ key }) => key));

it('tells what it sees, span by span and at the end, wherever a crash falls', () => {
  const outputs = judged(counting(), false);
  expect(keys(outputs)).toEqual(['unknown 3', `closed suspect ${spans.length}`]);
  expect(judged(counting(), true)).toEqual(outputs);
});

it('that throws is named once, told nothing of that call, and asked no more; the run is judged as without it', () => {
  const outputs = judged(counting(3), false);
  expect(keys(outputs)).toEqual([]);
  expect(outputs.flatMap(({ faults }) => faults)).toEqual([{ pattern: 'counting', message: 'too many' }]);
  expect(outputs.at(-1)?.run).toEqual(judged(counting(), false).at(-1)?.run);
  expect(judged(counting(3), true)).toEqual(outputs);
});

it('what the run was like counts calls, failures and findings at each workflow point, and names the one where it went wrong', () => {
  const outputs = judged(counting(), false);
  const { features, run } = outputs.at(-1) as RunOutput;
  expect(features?.points).toMatchObject([
    { step: 'support/agent/', calls: 1, lastSpanId: spans.at(-1)?.spanId },
    { step: 'support/llm/', calls: 3, failures: 0 },
    { step: 'support/tool/pay', calls: 1, failures: 1 },
  ]);
  const standing = outputs.flatMap(({ findings }) => findings);
  expect(features?.points.reduce((sum, { findings }) => sum + findings, 0)).toBe(
    new Set(standing.map((f) => f.findingId)).size,
  );
  const cause = outputs.find(({ step }) => step?.spanId === run?.rootCauseSpanId)?.step;
  expect(features?.points.filter(({ isCause }) => isCause)).toEqual([
    expect.objectContaining({ step: `support/${cause?.kind}/${cause?.tool}` }),
  ]);
});

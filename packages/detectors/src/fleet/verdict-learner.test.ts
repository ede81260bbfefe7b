import { type Labelled, newRecord, type Signal } from '@spanwise/schemas';
import { describe, expect, it } from 'vitest';
import { MODEL_KEY } from '../judge/learned-verdict.ts';
import { signalBody } from '../signals/signal-source.ts';
import { MemorySlots } from '../slots.ts';
import { FleetJudge, type FleetOutput } from './fleet-judge.ts';
import { MAX_EXAMPLES, MAX_WEIGHTS, verdictLearner } from './verdict-learner.ts';
import { learnedIn, verdictModel } from './verdict-model.ts';

const AT = { tenant: 'acme', keyKind: 'tenant', key: 'acme' } as const;
const signal = (given: Partial<Labelled>): Signal =>
  newRecord('Signal', {
    ...AT,
    emittedTime: 1,
    body: signalBody({
      labelled: {
        ...{ sessionId: 's', receivedTime: 7, priorLogOdds: -1, failed: 1, previousFailed: null },
        evidence: [{ name: 'bias', value: 1 }],
        ...given,
      },
    }),
  });

function play(examples: readonly Partial<Labelled>[], slots = new MemorySlots(), from = 0) {
  const judge = new FleetJudge([verdictLearner()]);
  const outputs: FleetOutput[] = examples.map((given, i) =>
    judge.onSignal(slots, signal({ sessionId: `s${from + i}`, ...given }), 1_000 + from + i),
  );
  const told = outputs.flatMap(({ signals }) => signals);
  const [calibration] = judge.onWake(slots, 'verdict_learner', AT, 99_000).calibrations;
  return { slots, told, calibration };
}

/** A pattern that fails always, a size that says nothing. */
const fleet = (count: number): Partial<Labelled>[] =>
  Array.from({ length: count }, (_, i) => {
    const hasPattern = i % 4 === 0;
    return {
      priorLogOdds: hasPattern ? 0 : -1,
      failed: hasPattern || i % 10 === 3 ? 1 : 0,
      evidence: [
        { name: 'bias', value: 1 },
        { name: 'request_size', value: (i % 7) / 7 },
        ...(hasPattern ? [{ name: 'retry_storm', value: 1 }] : []),
      ],
    };
  });

describe('what is learnt of labelled conversations', () => {
  it('predicts them better than the documented weights, each before it was learnt from', () => {
    const { calibration } = play(fleet(400));
    expect(calibration).toMatchObject({ tenant: 'acme', labels: 400, failures: 140, receivedTime: 7 });
    expect(calibration?.brier).toBeLessThan(calibration?.priorBrier as number);
    expect(calibration?.auc).toBeGreaterThan(0.7);
    expect(calibration?.weights.find(({ name }) => name === 'retry_storm')?.mean).toBeGreaterThan(1);
  });

  it('is told to every partition when it has moved, and seldom then', () => {
    const { told } = play(fleet(400));
    expect(told[0]).toMatchObject({ keyKind: 'partition', key: MODEL_KEY });
    expect(told.length).toBeGreaterThan(3);
    expect(told.length).toBeLessThan(100);
    const slots = new MemorySlots();
    const judge = new FleetJudge([verdictModel()]);
    for (const { keyKind, key, body } of told) {
      judge.onSignal(
        slots,
        newRecord('Signal', { tenant: 'acme', keyKind, key, emittedTime: 1, body: signalBody(body) }),
        5,
      );
    }
    expect(learnedIn(slots)).toMatchObject({ retry_storm: expect.any(Number), bias: expect.any(Number) });
    expect(learnedIn(new MemorySlots())).toEqual({});
  });

  it('hardly moves after one label', () => {
    const { told } = play([{ failed: 1 }]);
    for (const { body } of told)
      for (const { value } of body.weights?.weights ?? []) expect(Math.abs(value)).toBeLessThan(0.8);
  });

  it('is the same after a restore', () => {
    const all = fleet(60);
    const whole = play(all);
    const { slots } = play(all.slice(0, 30));
    const rest = play(all.slice(30), MemorySlots.restore(slots.snapshot()), 30);
    expect(rest.calibration).toEqual(whole.calibration);
  });

  it('takes a label that is changed out of the calibration, and counts it anew with what was predicted first', () => {
    const once = play([{ sessionId: 'a', failed: 1 }]).calibration;
    const changed = play([
      { sessionId: 'a', failed: 0 },
      { sessionId: 'a', failed: 1, previousFailed: 0 },
    ]).calibration;
    expect(changed).toMatchObject({ labels: 1, failures: 1, brier: expect.closeTo(once?.brier as number, 9) });
  });

  it('counts nothing twice, nor a change of what it no longer knows', () => {
    expect(play([{ sessionId: 'a' }, { sessionId: 'a' }]).calibration?.labels).toBe(1);
    expect(play([{ sessionId: 'a', previousFailed: 0 }]).calibration?.labels).toBe(0);
  });

  it('remembers a bounded number of conversations and of weights', () => {
    const many = Array.from({ length: MAX_EXAMPLES + 50 }, (_, i) => ({
      evidence: [{ name: `pattern_${i}`, value: 1 }],
      failed: i % 2,
    }));
    const slots = [...play(many).slots.keys()];
    expect(slots.filter((slot) => slot.startsWith('verdict_learner/e/')).length).toBeLessThanOrEqual(MAX_EXAMPLES);
    expect(slots.filter((slot) => slot.startsWith('verdict_learner/w/')).length).toBeLessThanOrEqual(MAX_WEIGHTS);
  });

  it('goes on after what cannot be', () => {
    const { calibration } = play([
      { failed: Number.NaN },
      { priorLogOdds: Number.POSITIVE_INFINITY },
      {
        failed: 9,
        evidence: [
          { name: 'bias', value: Number.NaN },
          { name: 'x'.repeat(5_000), value: 1 },
        ],
      },
      { failed: 0, evidence: [{ name: 'bias', value: 1e300 }] },
    ]);
    expect(calibration).toMatchObject({ labels: 2, brier: expect.any(Number) });
  });
});

import type { Finding, Span } from '@spanwise/schemas';
import { anyRun, anySpan, EPOCH_US, says, span, type TraceBuilder, trace } from '@spanwise/testkit/spans';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RunJudge } from '../judge/run-judge.ts';
import { MemorySlots } from '../slots.ts';
import { caseNormals, caseSettings, standingFindings } from './judged-cases.ts';
import { driftingRun } from './reasoning-drift.cases.ts';
import { runDetectors } from './registry.ts';
import { researching } from './runaway-cost.cases.ts';
import { droppingRun, misroutedRun } from './tool-misrouting.cases.ts';

/** What every detector that is registered owes, whatever it detects. */

/** Patterns that rest on what changed after what, and say nothing of steps that came out of order. */
const NEEDS_ORDER = new Set(['reasoning_drift']);

const RUNS = { numRuns: 25 };

/** A state may grow with what was found, and never beyond this; JSON characters. */
const MOST_STATE = 32_768;

/** What a finding says, without when it was said. */
const said = (findings: readonly Finding[]) =>
  findings
    .map(({ revision: _, detectedTime: _detected, receivedTime: _received, ...rest }) => rest)
    .sort((a, b) => (a.findingId < b.findingId ? -1 : 1));

/** What was found, and where. */
const found = (findings: readonly Finding[]) =>
  said(findings).map(({ findingId, spanId, rootCauseSpanId }) => ({ findingId, spanId, rootCauseSpanId }));

/** Everything emitted, in order; `restartAt` restores the run from its JSON before that span. */
function emitted(pattern: string, spans: readonly Span[], restartAt = -1): Finding[] {
  const judgeNew = () => new RunJudge({ detectors: [detectorOf(pattern)] });
  let judge = judgeNew();
  let slots = new MemorySlots();
  let now = 1_000_000;
  const findings: Finding[] = [];
  spans.forEach((s, i) => {
    if (i === restartAt) {
      judge = judgeNew();
      slots = MemorySlots.restore(slots.snapshot());
    }
    now += 10;
    findings.push(...judge.onSpan(slots, s, now, caseNormals).findings);
  });
  if (restartAt === spans.length) {
    judge = judgeNew();
    slots = MemorySlots.restore(slots.snapshot());
  }
  findings.push(...judge.onEnd(slots, 'closed', now + 60_000, caseNormals).findings);
  return findings;
}

function detectorOf(pattern: string) {
  const detector = runDetectors(caseSettings).find((candidate) => candidate.pattern === pattern);
  if (!detector) throw new Error(`no detector is registered for ${pattern}`);
  return detector;
}

const asked: Partial<Span> = { inputMessages: JSON.stringify([says('user', 'refund order A-1042')]) };

/** Work of a queue; seconds into the run. */
const queued = (priority: number, enqueued: number, start: number): Partial<Span> => ({
  startTime: EPOCH_US + start * 1e6,
  attributes: JSON.stringify({
    'spanwise.queue.name': 'q',
    'spanwise.queue.priority': priority,
    'spanwise.queue.enqueued_at': EPOCH_US / 1e3 + enqueued * 1e3,
  }),
});

/** Runs that between them make every pattern speak. */
const eventful: Record<string, () => Span[]> = {
  storm: () => repeat(12, (run) => run.call('charge', { id: 1 }, { error: 'HTTP 503' })),
  loop: () => repeat(12, (run) => run.call('get_order', { id: 1 }, { result: { total: 3 } })),
  masked: () =>
    trace()
      .call('refund', { id: 1 }, { result: { success: false } })
      .llm({ text: 'All is refunded.' })
      .end(),
  recovered: () =>
    trace()
      .call('pay', { id: 1 }, { error: 'timeout' })
      .call('pay', { id: 1 }, { result: { ok: 1 } })
      .end(),
  unoffered: () =>
    trace()
      .llm({ calls: [{ name: 'fly' }], tools: [{ name: 'walk' }] })
      .tool('fly', {}, { error: 'x' })
      .end(),
  foreign: misroutedRun,
  cut: () => trace().llm({ text: '{"a": [1, 2', finishReason: 'length' }).end(),
  circular: () =>
    trace()
      .agent('a', (a) => a.agent('b', (b) => b.agent('a', (c) => c.llm({ text: 'x' }), asked), asked), asked)
      .end(),
  overtaken: () =>
    trace()
      .step('lesser', queued(1, 2, 3))
      .step('urgent', queued(9, 1, 5))
      .end(),
  estranged: () =>
    trace()
      .llm({
        system: 'You are a support agent.',
        input: [says('user', 'refund order A-1042')],
        text: 'Let me see about that.',
      })
      .llm({
        system: 'You sell insurance.',
        input: [says('user', 'refund order A-1042')],
        text: 'Are you insured at all?',
      })
      .end({ outputMessages: JSON.stringify([says('assistant', 'Are you insured at all?')]) }),
  withholding: () => trace({ agent: 'triage' }).handoff('triage', 'refunds_agent', { order_id: 'A-1042' }).end(),
  decayed: () =>
    trace({ agent: 'a' })
      .handoff('a', 'b', { order_id: 'A-1042', consent: true })
      .agent('b', (b) => b.handoff('b', 'c', { order_id: 'A-1042' }))
      .end(),
  drifted: driftingRun,
  runaway: () => researching('researcher', 40),
  skewed: () =>
    trace()
      .within('call', (run) => run.step('tool', { service: 'tools', startTime: 1_000_000_000_000_000 }))
      .end(),
  misread: () =>
    trace()
      .llm({
        input: [says('user', 'refund A-1042')],
        calls: [{ name: 'get_order', arguments: { order_id: 'A-1042' }, id: 'm' }],
      })
      .tool('get_order', { order_id: 'A-1042' }, { callId: 'm', result: { order_id: 'A-1042', total: 152.4 } })
      .llm({
        input: [says('tool', '{}')],
        calls: [{ name: 'refund', arguments: { order_id: 'A-1042', total: 154.2 }, id: 'n' }],
      })
      .tool('refund', { order_id: 'A-1042', total: 154.2 }, { callId: 'n', result: { status: 'declined' } })
      .llm({ input: [says('tool', '{}')], text: 'It has been refunded.' })
      .end(),
  ungrounded: () =>
    trace()
      .llm({
        input: [says('user', 'refund W2378156')],
        calls: [{ name: 'refund', arguments: { order_id: 'W2378165' }, id: 'u' }],
      })
      .tool('refund', { order_id: 'W2378165' }, { callId: 'u', result: { ok: 1 } })
      .end(),
  doneTwice: () =>
    trace()
      .agent('a', (run) => run.call('get_order', { id: 7 }, { result: { total: 7 } }))
      .agent('b', (run) => run.call('get_order', { id: 7 }, { result: { total: 7 } }))
      .end(),
  paidTwice: () =>
    trace()
      .call('pay', { id: 1 }, { result: { payment_id: 'P-1' } })
      .call('pay', { id: 1 }, { result: { payment_id: 'P-2' } })
      .end(),
  compounding: () =>
    trace()
      .call('pay_by_card', { id: 1 }, { error: 'HTTP 503' })
      .call('renew_access', { id: 2 }, { error: 'HTTP 503' })
      .call('renew_access', { id: 2 }, { result: 1 })
      .call('pay_by_card', { id: 1 }, { result: 1 })
      .end(),
  cascade: () =>
    trace()
      .within(
        'api',
        (api) => api.step('db', { failed: true, errorMessage: 'query timed out after 5 s', service: 'db' }),
        {
          failed: true,
          errorMessage: 'upstream timed out after 6 s',
          service: 'api',
        },
      )
      .end(),
  flattened: () =>
    trace()
      .call('ship', { address: '[object Object]' }, { result: { ok: 1 } })
      .end(),
  unended: () =>
    trace()
      .llm({ calls: [{ name: 'walk' }] })
      .open(),
};

/** Runs of which a pattern says nothing where it could not hear, out of order, what was said. */
const orderly: Record<string, () => Span[]> = { dropped: droppingRun };

function repeat(times: number, add: (run: TraceBuilder) => unknown): Span[] {
  const run = trace();
  for (let i = 0; i < times; i++) add(run);
  return run.end();
}

/** One run without end: each eventful run over and over for a stretch, then the next. */
function* longRun(spans: number): Generator<Span> {
  const builds = Object.values(eventful);
  const stretch = Math.ceil(spans / builds.length);
  let count = 0;
  for (const build of builds) {
    const pieces = build();
    for (let i = 0; i < stretch; i++) {
      const piece = pieces[i % pieces.length] as Span;
      const round = Math.floor(count / pieces.length);
      const idOf = (id: string) => (id === '' ? 'ffffffffffffffff' : count.toString(16).padStart(6, '0') + id.slice(6));
      count += 1;
      yield {
        ...piece,
        spanId: idOf(piece.spanId),
        parentSpanId: 'ffffffffffffffff',
        startTime: piece.startTime + round * 20_000_000,
      };
    }
  }
}

test('each pattern is registered once, by a name in snake case', () => {
  const patterns = runDetectors(caseSettings).map((detector) => detector.pattern);
  expect(new Set(patterns).size).toBe(patterns.length);
  for (const pattern of patterns) expect(pattern).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
});

test('between them, the eventful runs make every pattern speak', () => {
  const spoken = new Set<string>();
  for (const build of Object.values(eventful)) {
    for (const end of ['closed', 'abandoned'] as const) {
      for (const finding of standingFindings(runDetectors(caseSettings), build(), end)) spoken.add(finding.pattern);
    }
  }
  expect([...spoken].sort()).toEqual(
    runDetectors(caseSettings)
      .map((detector) => detector.pattern)
      .sort(),
  );
});

describe.each(runDetectors(caseSettings).map((detector) => detector.pattern))('%s', (pattern) => {
  const eventfulRuns = fc.constantFrom(...Object.values(eventful)).map((build) => build());
  const orderlyRuns = fc.constantFrom(...Object.values(orderly)).map((build) => build());
  const runs = fc.oneof(anyRun(), eventfulRuns, orderlyRuns, fc.array(anySpan(), { maxLength: 40 }));

  test('finds the same in a replay', () => {
    fc.assert(
      fc.property(runs, (spans) => {
        fc.pre(spans.length > 0);
        expect(emitted(pattern, spans)).toEqual(emitted(pattern, spans));
      }),
      RUNS,
    );
  });

  test('finds the same whenever its state was written and read back', () => {
    fc.assert(
      fc.property(runs, fc.nat(), (spans, n) => {
        fc.pre(spans.length > 0);
        expect(emitted(pattern, spans, 1 + (n % spans.length))).toEqual(emitted(pattern, spans));
      }),
      RUNS,
    );
  });

  // How much weight a finding has may rest on payloads that only came in time with the reorder delay.
  test('finds the same, at the same spans, in whatever order the spans of a run arrive', () => {
    const shuffledRuns = fc
      .oneof(anyRun(), eventfulRuns)
      .chain((spans) => fc.tuple(fc.constant(spans), fc.shuffledSubarray(spans, { minLength: spans.length })));
    fc.assert(
      fc.property(shuffledRuns, ([spans, shuffled]) => {
        const inOrder = found(standingFindings([detectorOf(pattern)], spans));
        const outOfOrder = found(standingFindings([detectorOf(pattern)], shuffled));
        if (NEEDS_ORDER.has(pattern)) expect(inOrder).toEqual(expect.arrayContaining(outOfOrder));
        else expect(outOfOrder).toEqual(inOrder);
      }),
      RUNS,
    );
  });

  test('finds nothing else in spans that came out of order', () => {
    const shuffledRuns = orderlyRuns.chain((spans) =>
      fc.tuple(fc.constant(spans), fc.shuffledSubarray(spans, { minLength: spans.length })),
    );
    fc.assert(
      fc.property(shuffledRuns, ([spans, shuffled]) => {
        const inOrder = found(standingFindings([detectorOf(pattern)], spans));
        expect(inOrder).toEqual(expect.arrayContaining(found(standingFindings([detectorOf(pattern)], shuffled))));
      }),
      RUNS,
    );
  });

  test('is unmoved by spans that are sent again', () => {
    fc.assert(
      fc.property(runs, fc.nat(), (spans, n) => {
        fc.pre(spans.length > 0);
        const again = spans[n % spans.length] as Span;
        const at = (n % spans.length) + 1;
        const resent = [...spans.slice(0, at), again, ...spans.slice(at), again];
        const resending = standingFindings([detectorOf(pattern)], resent);
        expect(said(resending)).toEqual(said(standingFindings([detectorOf(pattern)], spans)));
      }),
      RUNS,
    );
  });

  test('takes no harm from empty and broken spans', () => {
    fc.assert(
      fc.property(fc.array(anySpan(), { minLength: 1, maxLength: 30 }), (spans) => {
        const judge = new RunJudge({ detectors: [detectorOf(pattern)] });
        const slots = new MemorySlots();
        let now = 1_000_000;
        for (const s of [span({ name: '', service: '', startTime: 0, durationNs: 0 }), ...spans]) {
          now += 10;
          expect(judge.onSpan(slots, s, now, caseNormals).faults).toEqual([]);
        }
        expect(judge.onEnd(slots, 'abandoned', now).faults).toEqual([]);
      }),
      RUNS,
    );
  });

  test('keeps its state bounded over 10,000 spans of one run', () => {
    const judge = new RunJudge({ detectors: [detectorOf(pattern)] });
    const slots = new MemorySlots();
    let now = 1_000_000;
    let faults = 0;
    for (const s of longRun(10_000)) {
      now += 10;
      faults += judge.onSpan(slots, s, now, caseNormals).faults.length;
      if (now % 5_000 === 0) expect(JSON.stringify(slots.get(`d/${pattern}`) ?? null).length).toBeLessThan(MOST_STATE);
    }
    expect(faults).toBe(0);
    expect([...slots.keys()].length).toBeLessThan(1_024 + 200);
  });

  test('leaves nothing of one run in another', () => {
    fc.assert(
      fc.property(anyRun('1'), anyRun('2'), (one, other) => {
        const detectors = [detectorOf(pattern)];
        const judge = new RunJudge({ detectors });
        const [first, second] = [new MemorySlots(), new MemorySlots()];
        const interleaved: Finding[] = [];
        for (let i = 0; i < Math.max(one.length, other.length); i++) {
          const [a, b] = [one[i], other[i]];
          if (a) judge.onSpan(first, a, 1_000_000 + i);
          if (b) interleaved.push(...judge.onSpan(second, b, 1_000_000 + i).findings);
        }
        interleaved.push(...judge.onEnd(second, 'closed', 2_000_000).findings);
        const alone = new RunJudge({ detectors: [detectorOf(pattern)] });
        const slots = new MemorySlots();
        const expected: Finding[] = [];
        other.forEach((s, i) => {
          expected.push(...alone.onSpan(slots, s, 1_000_000 + i).findings);
        });
        expected.push(...alone.onEnd(slots, 'closed', 2_000_000).findings);
        expect(interleaved).toEqual(expected);
      }),
      RUNS,
    );
  });
});

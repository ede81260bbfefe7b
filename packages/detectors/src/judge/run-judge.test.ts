import type { Finding, Span } from '@spanwise/schemas';
import { currentSchema } from '@spanwise/schemas';
import { span, trace } from '@spanwise/testkit/spans';
import { describe, expect, it } from 'vitest';
import type { RunDetector } from '../detector/detector.ts';
import { runDetectors } from '../run/registry.ts';
import { MemorySlots } from '../slots.ts';
import { MAX_FINDINGS_PER_PATTERN } from './finding-ledger.ts';
import { RunJudge } from './run-judge.ts';
import type { RunOutput } from './run-output.ts';

const judge = new RunJudge({ detectors: runDetectors() });

function send(spans: readonly Span[], slots = new MemorySlots(), from = 1_000, by = judge): RunOutput[] {
  return spans.map((given, i) => by.onSpan(slots, given, from + i));
}

const findings = (outputs: readonly RunOutput[]): Finding[] => outputs.flatMap((output) => output.findings);

const ORDER = { order_id: 'A-1' };
const masked = () =>
  trace({ conversationId: 'c-1', release: '1.4.0' })
    .call('issue_refund', ORDER, { result: { success: false, error: 'declined' } })
    .llm({ text: 'Your refund has been issued.' })
    .end();

/** A run whose conversation, agent and release stand on the root only, and the root last. */
const rootLast = () =>
  trace({ conversationId: 'c-1', release: '1.4.0', agent: 'support' }).call('pay', ORDER, { result: 'ok' }).end();

describe('revisions of stored rows', () => {
  it('tell every span what only the root knew, once', () => {
    const outputs = send(rootLast());
    expect(outputs.slice(0, -1).flatMap((o) => o.revisions)).toEqual([]);
    expect(outputs.at(-1)?.revisions).toMatchObject([
      { resolvedSessionId: 'c-1', resolvedAgent: 'support', resolvedRelease: '1.4.0', revision: 1 },
      { resolvedSessionId: 'c-1', resolvedAgent: 'support', resolvedRelease: '1.4.0', revision: 1 },
    ]);
  });

  it('are not repeated at the end, nor for a resend', () => {
    const slots = new MemorySlots();
    const spans = rootLast();
    send(spans, slots);
    expect(send(spans, slots).every((o) => o.duplicate && o.revisions.length === 0)).toBe(true);
    expect(judge.onEnd(slots, 'closed', 9_000).revisions).toEqual([]);
  });

  it('tell a late span by itself', () => {
    const slots = new MemorySlots();
    const [llm, tool, root] = rootLast() as [Span, Span, Span];
    const [, , late] = send([llm, root, tool], slots);
    expect(late?.revisions).toMatchObject([{ spanId: tool.spanId, resolvedSessionId: 'c-1', revision: 1 }]);
  });

  it('say it again when a late parent names another agent', () => {
    const slots = new MemorySlots();
    const spans = trace({ agent: 'lead' })
      .agent('payer', (t) => t.tool('pay', {}))
      .end();
    const [tool, payer, root] = spans as [Span, Span, Span];
    const outputs = send([tool, root, payer], slots);
    expect(outputs[1]?.revisions).toMatchObject([{ spanId: tool.spanId, resolvedAgent: 'lead', revision: 1 }]);
    expect(outputs[2]?.revisions).toMatchObject([{ spanId: tool.spanId, resolvedAgent: 'payer', revision: 2 }]);
  });

  it('do not name a session that is only the trace id, and come at the end where no root came', () => {
    const slots = new MemorySlots();
    const spans = trace({ agent: '' })
      .agent('payer', (t) => t.tool('pay', {}), { flags: 0x101 })
      .open();
    expect(send(spans, slots).flatMap((o) => o.revisions)).toEqual([]);
    expect(judge.onEnd(slots, 'abandoned', 9_000).revisions).toMatchObject([
      { resolvedSessionId: null, resolvedAgent: 'payer' },
    ]);
  });
});

describe('findings', () => {
  it('come as soon as they are decided, and again when the run knows its session', () => {
    const outputs = send(masked());
    expect(outputs[2]?.findings).toMatchObject([
      { pattern: 'masked_tool_error', revision: 1, sessionId: outputs[2]?.findings[0]?.traceId },
    ]);
    expect(outputs[3]?.findings).toMatchObject([
      { pattern: 'masked_tool_error', revision: 2, sessionId: 'c-1', agent: 'assistant', release: '1.4.0' },
    ]);
    expect(outputs[3]?.findings[0]?.findingId).toBe(outputs[2]?.findings[0]?.findingId);
  });

  it('fit their Avro schema', () => {
    const { avroType } = currentSchema('Finding');
    for (const finding of findings(send(masked()))) expect(avroType.isValid(finding)).toBe(true);
  });

  it('are taken back by a span that shows otherwise', () => {
    const slots = new MemorySlots();
    const spans = trace()
      .call('issue_refund', ORDER, { result: { success: false, error: 'declined' } })
      .call('issue_refund', ORDER, { result: { success: true } })
      .llm({ text: 'Your refund has been issued.' })
      .end();
    const order = [0, 1, 4, 2, 3, 5].map((i) => spans[i] as Span);
    const masks = findings(send(order, slots)).filter((f) => f.pattern === 'masked_tool_error');
    expect(masks.map((f) => [f.revision, f.withdrawn])).toEqual([
      [1, false],
      [2, true],
    ]);
    expect(judge.onEnd(slots, 'closed', 9_000).run).toMatchObject({ verdict: 'correct', findingCount: 0 });
  });

  it("beyond a pattern's fill are counted in one finding", () => {
    const noisy: RunDetector = {
      pattern: 'noisy',
      initialState: () => ({}),
      onSpan(step, _span, _run, _state, reporter) {
        reporter.report({
          key: step.spanId,
          span: step,
          rootCause: step,
          severity: 'low',
          confidence: 1,
          summary: 'x',
          evidence: { type: 'x' },
        });
        return false;
      },
      onRunEnd: () => false,
    };
    const run = trace();
    for (let i = 0; i < 300; i++) run.step(`s${i}`);
    const all = findings(send(run.end(), new MemorySlots(), 0, new RunJudge({ detectors: [noisy] })));
    expect(new Set(all.map((f) => f.findingId)).size).toBe(MAX_FINDINGS_PER_PATTERN + 1);
    expect(JSON.parse(all.findLast((f) => f.evidence.includes('more_findings'))?.evidence ?? '{}').numbers.more).toBe(
      128,
    );
  });
});

describe('a run', () => {
  it('fits its record, whatever its clocks and counts say', () => {
    const slots = new MemorySlots();
    const [first, ...others] = masked() as [Span, ...Span[]];
    send(
      [{ ...first, startTime: 946_684_800_000_000 }, ...others.map((s) => ({ ...s, inputTokens: 2 ** 53 - 2 }))],
      slots,
    );
    const { run } = judge.onEnd(slots, 'closed', 61_000);
    expect(run).toMatchObject({ verdict: 'suspect', durationNs: 2 ** 53 - 2, inputTokens: 2 ** 53 - 2 });
    expect(currentSchema('Run').avroType.isValid(run)).toBe(true);
  });

  it('is judged at its end, with its reasons and root cause', () => {
    const slots = new MemorySlots();
    const spans = masked();
    send(spans, slots);
    const { run } = judge.onEnd(slots, 'closed', 61_000);
    expect(run).toMatchObject({
      revision: 1,
      verdict: 'suspect',
      previousVerdict: '',
      sessionId: 'c-1',
      agent: 'assistant',
      rootSeen: true,
      rootCauseSpanId: spans[1]?.spanId,
      spanCount: 4,
      llmCalls: 2,
      toolCalls: 1,
      inputTokens: 200,
      closedTime: 61_000_000,
    });
    expect(run?.reasons[0]).toMatchObject({ pattern: 'masked_tool_error', spanId: spans[1]?.spanId });
    expect(currentSchema('Run').avroType.isValid(run)).toBe(true);
  });

  it('is amended, not repeated, when a span comes late', () => {
    const slots = new MemorySlots();
    const spans = masked();
    send([spans[0], spans[2], spans[3]] as Span[], slots);
    expect(judge.onEnd(slots, 'closed', 61_000).run).toMatchObject({ revision: 1, verdict: 'correct' });
    const [late] = send([spans[1] as Span], slots, 62_000);
    expect(late).toMatchObject({ reopened: true, lifecycle: { rootEnded: true, quietSince: 62_000 } });
    expect(judge.onEnd(slots, 'closed', 122_000).run).toMatchObject({
      revision: 2,
      spanCount: 4,
      previousVerdict: 'correct',
    });
  });

  it('goes on under its session and root, with all counts, once its state was given up', () => {
    const slots = new MemorySlots();
    const spans = masked();
    send([spans[0], spans[2], spans[3]] as Span[], slots);
    const { run } = judge.onEnd(slots, 'closed', 61_000);
    expect(judge.giveUp(slots)).toBe(true);
    expect(slots.snapshot().length).toBeLessThan(600);
    const later = MemorySlots.restore(slots.snapshot());
    expect(judge.onSpan(later, spans[1] as Span, 99_000)).toMatchObject({
      reopened: true,
      lifecycle: { rootEnded: true, quietSince: 99_000 },
    });
    expect(judge.onEnd(later, 'closed', 160_000).run).toMatchObject({
      continuation: 1,
      revision: 2,
      sessionId: run?.sessionId,
      agent: run?.agent,
      previousVerdict: 'correct',
      spanCount: 4,
      rootSeen: true,
    });
  });

  it('that was never judged leaves nothing', () => {
    const slots = new MemorySlots();
    send(masked().slice(0, 1), slots);
    expect(judge.giveUp(slots)).toBe(false);
    expect([...slots.keys()]).toEqual([]);
  });

  it('without any agentic span is none', () => {
    const slots = new MemorySlots();
    send([span({ name: 'create_agent' })], slots);
    expect(judge.onEnd(slots, 'closed', 61_000).run).toBeUndefined();
  });

  it('that never ended is abandoned', () => {
    const slots = new MemorySlots();
    send(
      trace()
        .llm({ calls: [{ name: 'pay' }] })
        .open(),
      slots,
    );
    const { run, findings: found } = judge.onEnd(slots, 'abandoned', 1_900_000);
    expect(run).toMatchObject({ verdict: 'abandoned', rootSeen: false });
    expect(found).toMatchObject([{ pattern: 'abandoned_session', severity: 'high' }]);
  });

  it('of a fleet that loses spans is not called abandoned for it', () => {
    const slots = new MemorySlots();
    const careful = new RunJudge({ detectors: runDetectors(), fleetIncomplete: true });
    send(
      trace()
        .llm({ calls: [{ name: 'pay' }] })
        .open(),
      slots,
      1,
      careful,
    );
    expect(careful.onEnd(slots, 'abandoned', 1_900_000)).toMatchObject({ findings: [], run: { verdict: 'correct' } });
  });

  it('gives the same outputs whether it was restored after every span or not', () => {
    const spans = masked();
    const straight = new MemorySlots();
    const expected = send(spans, straight);
    let slots = new MemorySlots();
    const outputs = spans.map((given, i) => {
      slots = MemorySlots.restore(slots.snapshot());
      return judge.onSpan(slots, given, 1_000 + i);
    });
    expect(outputs).toEqual(expected);
    expect(judge.onEnd(MemorySlots.restore(slots.snapshot()), 'closed', 9_000)).toEqual(
      judge.onEnd(straight, 'closed', 9_000),
    );
  });

  it('writes only the slots that changed', () => {
    const slots = new MemorySlots();
    const spans = rootLast();
    send(spans.slice(0, 1), slots);
    slots.takeChanges();
    send(spans.slice(1, 2), slots);
    expect(
      slots
        .takeChanges()
        .filter((slot) => !slot.startsWith('d/'))
        .sort(),
    ).toEqual(['measures', 's/1']);
  });
});

describe('a detector that throws', () => {
  /** Finds every step; throws at the third, and where it is told to, when it has altered its state and reported. */
  const faulty = (throwsIn: 'onSpan' | 'onRunEnd' | 'isBlind' | 'observe'): RunDetector<{ seen: string[] }> => {
    const fail = (where: typeof throwsIn) => {
      if (where === throwsIn) throw new Error('cannot read this');
    };
    return {
      pattern: 'faulty',
      initialState: () => ({ seen: [] }),
      onSpan(step, _span, _run, state, reporter) {
        state.seen.push(step.spanId);
        const evidence = { type: 'seen', seen: [...state.seen] };
        const sure = { severity: 'low' as const, confidence: 1, summary: 'x', evidence };
        reporter.report({ key: step.spanId, span: step, rootCause: step, ...sure });
        if (state.seen.length === 3) fail('onSpan');
        return true;
      },
      onRunEnd(_end, run, state, reporter) {
        state.seen.push('end');
        for (const { spanId } of run.steps) reporter.withdraw(spanId);
        fail('onRunEnd');
        return true;
      },
      isBlind() {
        fail('isBlind');
        return false;
      },
      observe() {
        fail('observe');
        return [];
      },
    };
  };
  /** All outputs of a run of four spans and its end; between two calls as the slots are, or as they are restored. */
  const judgedBy = (by: RunJudge, crashes: boolean): RunOutput[] => {
    let slots = new MemorySlots();
    const restored = () => {
      if (crashes) slots = MemorySlots.restore(slots.snapshot());
      return slots;
    };
    const fine = trace().call('pay', ORDER, { result: 'ok' }).llm({ text: 'Paid.' }).end();
    const outputs = fine.map((given, i) => by.onSpan(restored(), given, i));
    return [...outputs, by.onEnd(restored(), 'closed', 9_000)];
  };
  const of = (pattern: string, outputs: readonly RunOutput[]) => findings(outputs).filter((f) => f.pattern === pattern);

  it.each(['onSpan', 'onRunEnd', 'isBlind', 'observe'] as const)(
    'in %s is named once, and nothing of that call holds, wherever a crash falls',
    (where) => {
      const by = new RunJudge({ detectors: [faulty(where), ...runDetectors()] });
      const outputs = judgedBy(by, false);
      expect(judgedBy(by, true)).toEqual(outputs);
      expect(outputs.flatMap(({ faults }) => faults)).toEqual([{ pattern: 'faulty', message: 'cannot read this' }]);
      expect(JSON.parse(outputs.at(-1)?.run?.coverage ?? '{}').blind).toContain('faulty');
      const seen = of('faulty', outputs);
      expect(seen.filter(({ revision }) => revision === 1)).toHaveLength(where === 'onSpan' ? 2 : 4);
      const isTakenBack = where === 'isBlind' || where === 'observe';
      expect(seen.filter(({ withdrawn }) => withdrawn)).toHaveLength(isTakenBack ? 4 : 0);
    },
  );

  it('leaves the others as they are without it', () => {
    const slots = new MemorySlots();
    const outputs = send(masked(), slots, 1, new RunJudge({ detectors: [faulty('onSpan'), ...runDetectors()] }));
    expect(of('masked_tool_error', outputs)).toEqual(of('masked_tool_error', send(masked(), new MemorySlots(), 1)));
    expect(of('masked_tool_error', outputs)).not.toEqual([]);
  });
});

it('two detectors of one pattern are refused', () => {
  const [first] = runDetectors() as [RunDetector];
  expect(() => new RunJudge({ detectors: [first, first] })).toThrow('one pattern');
});

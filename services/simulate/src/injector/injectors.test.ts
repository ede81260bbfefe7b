import type { OtlpSpan } from '@spanwise/otlp';
import { describe, expect, test } from 'vitest';
import { presetOf } from '../preset.ts';
import type { SimulatedRun } from '../run.ts';
import {
  argumentsOf,
  attribute,
  faultOf,
  faultsOf,
  isError,
  isTool,
  microsOf,
  operation,
  requestedCalls,
  resultOf,
  runsWith,
  spanOf,
  toolOf,
} from '../runs.fixture.ts';
import type { FaultName } from '../truth.ts';
import { injectors } from './injectors.ts';

const RUNS = 40;
const faultNames = presetOf('small').faults;

const chat = (run: SimulatedRun): OtlpSpan[] =>
  run.spans.flatMap(({ span }) => (operation(span) === 'chat' ? [span] : []));
const tools = (run: SimulatedRun): OtlpSpan[] => run.spans.flatMap(({ span }) => (isTool(span) ? [span] : []));
const sameCalls = (run: SimulatedRun, as: OtlpSpan): OtlpSpan[] =>
  tools(run).filter((span) => toolOf(span) === toolOf(as) && argumentsOf(span) === argumentsOf(as));
const partsOfInput = (span: OtlpSpan): number => JSON.parse(attribute(span, 'gen_ai.input.messages')).length;

/** What has to hold of every run into which the fault was put. */
const claims: Partial<Record<FaultName, (run: SimulatedRun) => void>> = {
  masked_tool_error(run) {
    const at = spanOf(run, faultOf(run).spanId);
    expect(isTool(at) && !isError(at)).toBe(true);
    expect(resultOf(at)).toMatch(/error|"ok":false|"status":50\d|Error/i);
    expect(run.spans.filter(({ span }) => isError(span))).toEqual([]);
    expect(run.turn?.answer).not.toMatch(/sorry|not able|unable/i);
  },
  recovery(run) {
    const truth = faultOf(run);
    const at = spanOf(run, truth.spanId);
    const [last] = truth.spans.map((id) => spanOf(run, id)).filter((span) => isTool(span) && !isError(span));
    expect(isError(at)).toBe(true);
    expect(last && microsOf(last).start > microsOf(at).end).toBe(true);
    const isSame = last && toolOf(last) === toolOf(at) && argumentsOf(last) === argumentsOf(at);
    expect(isSame).toBe(truth.variant === 'retried_same');
    if (truth.variant === 'retried_changed') expect(operation(spanOf(run, truth.rootCauseSpanId))).toBe('chat');
    else expect(isError(spanOf(run, truth.rootCauseSpanId))).toBe(true);
  },
  unresolved_error(run) {
    const at = spanOf(run, faultOf(run).spanId);
    expect(isError(at)).toBe(true);
    expect(sameCalls(run, at).every(isError)).toBe(true);
    const root = spanOf(run, run.rootSpanId);
    expect(isError(root)).toBe(faultOf(run).variant === 'run_failed');
  },
  retry_storm(run) {
    const { spanId, numbers, rootCauseSpanId } = faultOf(run);
    const attempts = sameCalls(run, spanOf(run, spanId));
    expect(attempts.length).toBe(numbers.attempts);
    expect(attempts.filter(isError).length).toBe(numbers.failures);
    expect(attempts[0]?.spanId).toBe(rootCauseSpanId);
    const requests = run.spans.filter(({ span }) => span.kind === 3 && span.parentSpanId === spanId && isError(span));
    if ((numbers.innerAttempts ?? 0) > 1) expect(requests.length).toBe(numbers.innerAttempts);
    expect((numbers.failures ?? 0) * Math.max(1, numbers.innerAttempts ?? 0)).toBeGreaterThanOrEqual(6);
  },
  no_progress_loop(run) {
    const { spanId, numbers } = faultOf(run);
    const repeated = sameCalls(run, spanOf(run, spanId));
    expect(repeated.length).toBeGreaterThanOrEqual(numbers.repeats ?? 99);
    expect(new Set(repeated.map(resultOf)).size).toBe(1);
    expect(repeated.some(isError)).toBe(false);
  },
  tool_misrouting(run) {
    const truth = faultOf(run);
    const at = spanOf(run, truth.spanId);
    const asked = spanOf(run, truth.rootCauseSpanId);
    expect(requestedCalls(asked)[0]?.name).toBe(toolOf(at));
    const offered: { name: string }[] = JSON.parse(attribute(asked, 'gen_ai.tool.definitions'));
    expect(offered.some(({ name }) => name === toolOf(at))).toBe(truth.variant !== 'unoffered_tool');
  },
  malformed_output(run) {
    const { spanId, variant } = faultOf(run);
    const at = spanOf(run, spanId);
    const [call] = requestedCalls(at);
    if (call) {
      expect(() => JSON.parse(String(call.arguments))).toThrow();
      expect(tools(run).some((span) => attribute(span, 'gen_ai.tool.call.id') === call.id)).toBe(false);
    } else {
      expect(attribute(at, 'gen_ai.output.type')).toBe('json');
      const answer: string = JSON.parse(attribute(at, 'gen_ai.output.messages'))[0].parts[0].content;
      if (variant === 'wrong_type') expect(typeof JSON.parse(answer).total_eur).toBe('string');
      else if (variant === 'missing_field') expect(JSON.parse(answer)).not.toHaveProperty('invoice_id');
      else expect(() => JSON.parse(answer)).toThrow();
    }
  },
  context_truncation(run) {
    const { spanId, variant } = faultOf(run);
    const at = spanOf(run, spanId);
    if (variant === 'output_limit') {
      expect(at.attributes['gen_ai.response.finish_reasons']).toEqual(['length']);
    } else if (variant === 'overflow') expect(at.status.message).toContain('context_length_exceeded');
    else {
      const inferences = chat(run).filter((span) => span.parentSpanId === at.parentSpanId);
      const before = inferences[inferences.indexOf(at) - 1] as OtlpSpan;
      expect(partsOfInput(at)).toBeLessThan(partsOfInput(before));
      const request: string = JSON.parse(attribute(before, 'gen_ai.input.messages'))[0].parts[0].content;
      expect(attribute(at, 'gen_ai.input.messages')).not.toContain(request);
    }
  },
  abandoned_session(run) {
    const { spanId, variant } = faultOf(run);
    expect(run.rootSpanId).toBe('');
    expect(run.spans.at(-1)?.span.spanId).toBe(spanId);
    const [open] = requestedCalls(spanOf(run, spanId));
    expect(open !== undefined).toBe(variant === 'call_open');
    expect(run.turn).toBeUndefined();
  },
  clock_skew(run) {
    const { spanId, numbers } = faultOf(run);
    const at = spanOf(run, spanId);
    const [own, parent] = [microsOf(at), microsOf(spanOf(run, at.parentSpanId))];
    const sticksOutMs = Math.max(parent.start - own.start, own.end - parent.end) / 1_000;
    expect(sticksOutMs).toBeGreaterThan(15);
    expect(sticksOutMs).toBeLessThanOrEqual(Math.abs(numbers.offsetMs ?? 0) + 1);
  },
};

describe('the injectors', () => {
  test('are one for each fault', () => {
    expect(injectors.map(({ fault }) => fault)).toEqual(presetOf('fleet').faults.slice(0, injectors.length));
  });

  test.each(faultNames)('of %s does what its truth says', (fault) => {
    const variants = new Set<string>();
    for (const run of runsWith(fault, RUNS)) {
      expect(faultOf(run).pattern).toBe(fault);
      claims[fault]?.(run);
      variants.add(faultOf(run).variant);
    }
    expect(variants.size).toBeGreaterThan(1);
  });

  test.each(faultNames)('of %s speaks of spans that are sent, the place among them', (fault) => {
    for (const run of runsWith(fault, RUNS, 12)) {
      for (const truth of faultsOf(run.truths)) {
        for (const id of [truth.spanId, truth.rootCauseSpanId, ...truth.spans]) spanOf(run, id);
        expect(truth.spans).toContain(truth.spanId);
        expect(truth.traceId).toBe(run.traceId);
      }
    }
  });

  test.each(faultNames)('of %s leaves a run whose other steps did not fail', (fault) => {
    for (const run of runsWith(fault, RUNS, 13)) {
      const told = new Set(faultsOf(run.truths).flatMap((truth) => [...truth.spans, truth.rootCauseSpanId]));
      const failed = run.spans.filter(({ span }) => isError(span) && isTool(span) && !told.has(span.spanId));
      expect(failed).toEqual([]);
    }
  });
});

test('a run that nobody carried the conversation id of belongs to no other session', () => {
  const isNamed = (run: SimulatedRun) => run.spans.some(({ span }) => 'gen_ai.conversation.id' in span.attributes);
  const runs = runsWith('abandoned_session', RUNS);
  expect(new Set(runs.map(isNamed)).size).toBe(2);
  for (const run of runs) expect(faultOf(run).sessionId).toBe(isNamed(run) ? run.sessionId : run.traceId);
});

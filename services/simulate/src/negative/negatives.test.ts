import { describe, expect, test } from 'vitest';
import {
  attribute,
  faultsOf,
  isError,
  isTool,
  microsOf,
  negativeRuns,
  operation,
  resultOf,
  spanOf,
  toolOf,
} from '../runs.fixture.ts';
import type { NegativeTruth } from '../truth.ts';
import { negatives } from './negatives.ts';

const cases = negativeRuns(700).flatMap((run) =>
  run.truths.flatMap((truth) => (truth.type === 'negative' ? [{ run, truth: truth as NegativeTruth }] : [])),
);
const named = (variant: string) => cases.filter(({ truth }) => truth.variant === variant);

describe('hard negatives', () => {
  test.each(negatives.map(({ name }) => name))('%s occurs, at spans that are sent', (name) => {
    expect(named(name).length).toBeGreaterThan(5);
    for (const { run, truth } of named(name)) for (const id of truth.spans) spanOf(run, id);
  });

  test('contain no fault but those that they admit', () => {
    for (const { run, truth } of cases) {
      const held = faultsOf(run.truths).map(({ pattern }) => pattern);
      const admitted: Record<string, number> = {
        lawful_retry: 1,
        optional_step: 1,
        timeout_retried: 1,
        separate_retries: 2,
      };
      expect(held).toEqual(Array.from({ length: admitted[truth.variant] ?? 0 }, () => 'recovery'));
      if (held.length === 0) expect(run.spans.some(({ span }) => isError(span))).toBe(false);
    }
  });

  test.each(['pagination', 'polling_with_progress'])('%s moves on with every call', (name) => {
    for (const { run, truth } of named(name)) {
      const calls = truth.spans.map((id) => spanOf(run, id)).filter(isTool);
      expect(calls.length).toBeGreaterThan(3);
      expect(new Set(calls.map(toolOf)).size).toBe(1);
      expect(new Set(calls.map(resultOf)).size).toBe(calls.length);
    }
  });

  test('a lawful retry succeeds after at most two failures', () => {
    for (const { run, truth } of named('lawful_retry')) {
      const calls = truth.spans.map((id) => spanOf(run, id)).filter(isTool);
      expect(calls.filter(isError).length).toBeLessThanOrEqual(2);
      expect(calls.some((span) => !isError(span))).toBe(true);
    }
  });

  test('a compaction that keeps the constraints repeats the request', () => {
    for (const { run, truth } of named('kept_constraints')) {
      const at = spanOf(run, truth.spans[0] ?? '');
      expect(operation(at)).toBe('chat');
      const request = JSON.stringify(run.turn?.request).slice(1, -1);
      expect(attribute(at, 'gen_ai.input.messages')).toContain(request);
    }
  });

  test('a background job outlasts the call that queued it, which it is linked to', () => {
    for (const { run, truth } of named('background_job')) {
      const job = spanOf(run, truth.spans[0] ?? '');
      const sent = spanOf(run, job.parentSpanId);
      expect(microsOf(job).end).toBeGreaterThan(microsOf(spanOf(run, sent.parentSpanId)).end);
      expect(job.links.map(({ spanId }) => spanId)).toEqual([sent.spanId]);
    }
  });

  test('a long call is silent for seconds and then returns', () => {
    for (const { run, truth } of named('long_call')) {
      const call = truth.spans.map((id) => spanOf(run, id)).find(isTool);
      const { start, end } = microsOf(call ?? spanOf(run, ''));
      expect(end - start).toBeGreaterThanOrEqual(4_000_000);
      expect(run.rootSpanId).not.toBe('');
    }
  });
});

import type { OtlpSpan } from '@spanwise/otlp';
import { describe, expect, test } from 'vitest';
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
  resultOf,
  runsWith,
  spanOf,
  toolOf,
} from '../runs.fixture.ts';
import { type FaultName, faultNames } from '../truth.ts';
import { injectors } from './injectors.ts';
import { isTelling, leavesOf } from './values.ts';

const RUNS = 30;

const at = (run: SimulatedRun): OtlpSpan => spanOf(run, faultOf(run).spanId);
const partsOf = (run: SimulatedRun): OtlpSpan[] => faultOf(run).spans.map((id) => spanOf(run, id));
const inputOf = (span: OtlpSpan): string => attribute(span, 'gen_ai.input.messages');
const agents = (run: SimulatedRun): OtlpSpan[] =>
  run.spans.flatMap(({ span }) => (operation(span) === 'invoke_agent' ? [span] : []));
/** All that was said and found before a span began. */
const before = (run: SimulatedRun, { startTime }: OtlpSpan): string =>
  run.spans
    .filter(({ span }) => span.endTime.micros <= startTime.micros && !isError(span))
    .map(({ span }) => `${inputOf(span)} ${resultOf(span)} ${attribute(span, 'gen_ai.memory.content')}`)
    .join(' ')
    .replaceAll('\\', '');

/** What has to hold of every run into which the fault was put. */
const claims: Partial<Record<FaultName, (run: SimulatedRun) => void>> = {
  compounding_recovery(run) {
    const failed = partsOf(run).filter((span) => isTool(span) && isError(span));
    expect(failed.length).toBeGreaterThanOrEqual(4);
    if (faultOf(run).variant === 'nested') expect(new Set(failed.map(toolOf)).size).toBeGreaterThan(2);
    expect(faultsOf(run.truths).filter(({ pattern }) => pattern === 'recovery').length).toBeGreaterThan(1);
  },
  ungrounded_argument(run) {
    const known = before(run, spanOf(run, faultOf(run).rootCauseSpanId));
    const values = leavesOf(JSON.parse(argumentsOf(at(run)))).flatMap(({ value }) => (isTelling(value) ? [value] : []));
    expect(values.some((value) => !known.includes(String(value)))).toBe(true);
  },
  misread_output(run) {
    const { variant, otherCauses } = faultOf(run);
    if (variant !== 'gone_on_after_no') return;
    const asked = spanOf(run, otherCauses[0] ?? '');
    expect(resultOf(asked)).toMatch(/false|suspended|blocked|frozen|inactive/);
    expect(microsOf(at(run)).start).toBeGreaterThan(microsOf(asked).end);
  },
  reasoning_drift(run) {
    const calls = partsOf(run).filter(isTool);
    expect(calls.length).toBeGreaterThanOrEqual(4);
    expect(new Set(calls.map(toolOf))).toEqual(new Set(['look_up']));
  },
  context_contract_violation(run) {
    const { variant } = faultOf(run);
    const [span = at(run)] = partsOf(run).filter(isTool);
    const text = isTool(span) ? argumentsOf(span) : inputOf(span).replaceAll('\\', '');
    if (variant === 'null') expect(text).toContain('null');
    if (variant === 'empty') expect(text).toMatch(/:\s*(""|\[\])/);
  },
  context_decay(run) {
    const [receiver] = partsOf(run).filter((span) => operation(span) === 'invoke_agent');
    const stated = run.turn?.request.match(/\d{3,}/g) ?? [];
    const kept = stated.filter((number) => inputOf(receiver as OtlpSpan).includes(number));
    expect(kept.length).toBeLessThanOrEqual(stated.length);
    expect(inputOf(receiver as OtlpSpan).length).toBeLessThan(300);
  },
  serialization_loss(run) {
    const text = `${resultOf(at(run))} ${argumentsOf(at(run))} ${inputOf(at(run))}`;
    expect(text).toMatch(/\[object Object\]|\\"|'[a-z_]+': |\{[a-z_]+=|NaN|undefined|"\[\[|\['/);
  },
  timeout_cascade(run) {
    const { rootCauseSpanId, spanId, numbers } = faultOf(run);
    const deepest = spanOf(run, rootCauseSpanId);
    expect(isError(deepest) && isError(spanOf(run, spanId))).toBe(true);
    expect(partsOf(run).filter(isError).length).toBeGreaterThanOrEqual(3 + (numbers.agents ?? 0));
    const { start, end } = microsOf(partsOf(run).find(isTool) as OtlpSpan);
    expect(end - start).toBeGreaterThanOrEqual(8_000_000);
  },
  circular_delegation(run) {
    if (faultOf(run).variant === 'waiting_in_circle') {
      const open = agents(run).filter(
        (agent) => microsOf(agent).start <= microsOf(at(run)).start && microsOf(agent).end >= microsOf(at(run)).end,
      );
      expect(open.length).toBeGreaterThan(1);
    } else {
      const positions = partsOf(run).filter((span) => operation(span) === 'invoke_agent');
      expect(positions.length).toBeGreaterThanOrEqual(15);
    }
  },
  priority_inversion(run) {
    const priority = (span: OtlpSpan) => Number(span.attributes['spanwise.queue.priority']);
    const queued = (span: OtlpSpan) => String(span.attributes['spanwise.queue.enqueued_at']);
    const victim = at(run);
    const overtakers = partsOf(run).filter((span) => span !== victim);
    expect(overtakers.length).toBe(faultOf(run).numbers.overtakers);
    for (const span of overtakers) {
      expect(priority(span)).toBeLessThan(priority(victim));
      expect(queued(span) > queued(victim)).toBe(true);
      expect(microsOf(span).start).toBeLessThan(microsOf(victim).start);
    }
  },
  duplicate_side_effect(run) {
    const { variant, spans } = faultOf(run);
    const calls = partsOf(run).filter(isTool);
    expect(new Set(calls.map((span) => `${toolOf(span)} ${argumentsOf(span)}`)).size).toBe(1);
    expect(calls.filter(isError).length).toBe(variant === 'after_timeout' ? 1 : 0);
    if (variant === 'same_key') {
      expect(new Set(calls.map((span) => span.attributes['spanwise.idempotency_key'])).size).toBe(1);
    }
    if (variant !== 'after_timeout') return;
    const first = calls.find(isError) as OtlpSpan;
    const served = run.spans.filter(({ span }) => span.kind === 2 && isBelow(run, span, first));
    expect(served.some(({ span }) => !isError(span) && span.attributes['http.response.status_code'] === 200)).toBe(
      true,
    );
    expect(spans).toContain(first.spanId);
  },
  duplicate_work(run) {
    const [again, first] = [at(run), spanOf(run, faultOf(run).rootCauseSpanId)];
    expect([toolOf(again), argumentsOf(again)]).toEqual([toolOf(first), argumentsOf(first)]);
    expect(attribute(again, 'gen_ai.agent.name')).not.toBe(attribute(first, 'gen_ai.agent.name') || 'unnamed');
    expect(microsOf(again).start).toBeGreaterThan(microsOf(first).end);
  },
  runaway_cost(run) {
    const calls = partsOf(run).filter(isTool);
    expect(calls.length).toBeGreaterThanOrEqual(36);
    expect(new Set(calls.map(argumentsOf)).size).toBe(calls.length);
  },
  persona_inconsistency(run) {
    const system = (span: OtlpSpan) => attribute(span, 'gen_ai.system_instructions');
    const changed = partsOf(run);
    expect(new Set(changed.map(system)).size).toBe(1);
    const others = run.spans.filter(({ span }) => operation(span) === 'chat' && !changed.includes(span));
    expect(others.some(({ span }) => system(span) === system(changed[0] as OtlpSpan))).toBe(false);
  },
};

function isBelow(run: SimulatedRun, span: OtlpSpan, top: OtlpSpan): boolean {
  for (let id = span.parentSpanId; id !== ''; id = spanOf(run, id).parentSpanId) if (id === top.spanId) return true;
  return false;
}

describe('the injectors of a fleet', () => {
  test('are one for each fault', () => {
    expect(injectors.map(({ fault }) => fault)).toEqual(faultNames);
  });

  test.each(Object.keys(claims) as FaultName[])('of %s does what its truth says', (fault) => {
    const variants = new Set<string>();
    for (const run of runsWith(fault, RUNS)) {
      expect(faultOf(run).pattern).toBe(fault);
      claims[fault]?.(run);
      variants.add(faultOf(run).variant);
    }
    expect(variants.size).toBeGreaterThan(fault === 'runaway_cost' ? 0 : 1);
  });

  test.each(Object.keys(claims) as FaultName[])('of %s speaks of spans that are sent', (fault) => {
    for (const run of runsWith(fault, RUNS / 2, 12)) {
      for (const truth of faultsOf(run.truths)) {
        for (const id of [truth.spanId, truth.rootCauseSpanId, ...truth.otherCauses, ...truth.spans]) spanOf(run, id);
        expect(truth.spans).toContain(truth.spanId);
      }
    }
  });

  test('leave a no that is gone against standing, whatever second fault there is', () => {
    const faults: FaultName[] = ['misread_output', 'unresolved_error', 'ungrounded_argument'];
    const runs = runsWith(faults, 400).flatMap((run) => {
      const gone = faultsOf(run.truths).filter(({ variant, primary }) => primary && variant === 'gone_on_after_no');
      return gone.map(({ otherCauses }) => spanOf(run, otherCauses[0] ?? ''));
    });
    expect(runs.length).toBeGreaterThan(20);
    for (const asked of runs) expect(resultOf(asked)).toMatch(/false|suspended|blocked|frozen|inactive/);
  });

  test('tell of no misread answer that states what another fault brought about, or that was taken back', () => {
    const faults: FaultName[] = ['misread_output', 'ungrounded_argument', 'reasoning_drift'];
    let answers = 0;
    for (const run of runsWith(faults, 400)) {
      const misread = faultsOf(run.truths).find(({ variant }) => variant === 'other_answer');
      if (!misread) continue;
      answers += 1;
      const said = attribute(spanOf(run, misread.spanId), 'gen_ai.output.messages');
      const done = run.spans.filter(({ span }) => isTool(span)).map(({ span }) => resultOf(span));
      const values = [...said.matchAll(/\d[\d.-]*\d/g)].map(([value]) => value);
      expect(values.some((value) => !done.some((result) => result.includes(value)))).toBe(true);
    }
    expect(answers).toBeGreaterThan(20);
  });

  test('of test seeds have other strengths than those of development seeds', () => {
    const calls = (seed: number) =>
      new Set(runsWith('runaway_cost', RUNS, seed).map((run) => faultOf(run).numbers.calls));
    const development = calls(1);
    expect([...calls(101)].filter((count) => !development.has(count)).length).toBeGreaterThan(3);
  });
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeTracesJson } from '@spanwise/otlp';
import type { Span } from '@spanwise/schemas';
import { convertResourceSpans } from '@spanwise/semconv';
import { describeWithSharedData } from '@spanwise/testkit';
import { expect, test } from 'vitest';
import { RunJudge } from '../judge/run-judge.ts';
import { LearnedNormals } from '../normals/learned-normals.ts';
import { MemorySlots } from '../slots.ts';
import { contextContractViolation } from './context-contract-violation.ts';

const RECEIVED_US = 1_900_000_000_000_000;
/** Enough even for what the tool that hands over declares optional, as the recorded ones do. */
const ENOUGH = 50;

/** Spans of a recording in order of arrival; none where there is no such scenario. */
function spansOf(file: string): Span[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.flatMap((line) =>
    convertResourceSpans(decodeTracesJson(line).resourceSpans, { tenant: 'default', receivedTimeUs: RECEIVED_US }),
  );
}

/** Judges recorded runs one after the other, each by what those before it have taught. */
function fleet() {
  const normals = new LearnedNormals(new MemorySlots());
  const judge = new RunJudge({ detectors: [contextContractViolation()] });
  return (run: readonly Span[], nowMs: number) => {
    const slots = new MemorySlots();
    const outputs = run.map((span) => judge.onSpan(slots, span, nowMs, normals));
    outputs.push(judge.onEnd(slots, 'closed', nowMs, normals));
    for (const { run, observations } of outputs) if (run) normals.learn(run.tenant, observations, nowMs);
    const { blind } = JSON.parse(outputs.findLast(({ run }) => run)?.run?.coverage ?? '{"blind":[]}');
    return { summaries: outputs.flatMap(({ findings }) => findings.map(({ summary }) => summary)), blind };
  };
}

describeWithSharedData('handoffs as frameworks record them', (dataDir) => {
  const folder = join(dataDir, 'otlp/frameworks');
  const scenarios = readdirSync(folder).map((framework) => {
    const scenario = (name: string) => spansOf(join(folder, framework, `${name}.otlp.jsonl`));
    return { framework, good: scenario('handoff_ok'), missing: scenario('handoff_missing') };
  });
  const withPayload = scenarios.filter(({ missing }) => missing.length > 0);

  test('five frameworks show what is handed over', () => expect(withPayload).toHaveLength(5));

  test.each(withPayload)('$framework: what good handoffs had is missed where it is not there', ({ good, missing }) => {
    const judge = fleet();
    for (let i = 0; i < ENOUGH; i++) expect(judge(good, i)).toEqual({ summaries: [], blind: [] });
    const { summaries } = judge(missing, ENOUGH);
    expect(summaries.length).toBeGreaterThan(0);
    for (const summary of summaries) expect(summary).toContain('lacks "reason"');
  });

  test('coverage says of a framework whose handoffs name their target only that nothing can be seen', () => {
    const targetOnly = scenarios.filter(({ good, missing }) => good.length > 0 && missing.length === 0);
    expect(targetOnly.map(({ good }) => fleet()(good, 0).blind)).toEqual([['context_contract_violation']]);
  });
});

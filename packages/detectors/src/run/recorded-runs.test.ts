import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeTracesJson } from '@spanwise/otlp';
import type { Finding, Span } from '@spanwise/schemas';
import { convertResourceSpans } from '@spanwise/semconv';
import { describeWithSharedData } from '@spanwise/testkit';
import { expect, test } from 'vitest';
import type { RunDetector } from '../detector/detector.ts';
import { compoundingRecovery } from './compounding-recovery.ts';
import { duplicateSideEffect } from './duplicate-side-effect.ts';
import { duplicateWork } from './duplicate-work.ts';
import { standingFindings } from './judged-cases.ts';
import { misreadOutput } from './misread-output.ts';
import { serializationLoss } from './serialization-loss.ts';
import { timeoutCascade } from './timeout-cascade.ts';
import { ungroundedArgument } from './ungrounded-argument.ts';

/** How the patterns that hold what was done against what was said fare on runs of real agents. */

const RECEIVED_US = 1_900_000_000_000_000;

const detectors = () =>
  [
    ungroundedArgument(),
    misreadOutput(),
    serializationLoss(),
    duplicateSideEffect(),
    duplicateWork(),
    timeoutCascade(),
    compoundingRecovery(),
  ] as RunDetector[];

const endOf = (span: Span): number => span.startTime + span.durationNs / 1_000;

function runsOf(text: string): Span[][] {
  const runs = new Map<string, Span[]>();
  for (const line of text.trim().split('\n')) {
    const { resourceSpans } = decodeTracesJson(line);
    for (const span of convertResourceSpans(resourceSpans, { tenant: 'default', receivedTimeUs: RECEIVED_US }))
      runs.set(span.traceId, [...(runs.get(span.traceId) ?? []), span]);
  }
  return [...runs.values()].map((spans) => spans.sort((a, b) => endOf(a) - endOf(b)));
}

const aboveInfo = (findings: readonly Finding[]) => findings.filter(({ severity }) => severity !== 'info');

/** A run in which the digits of one identifier among the arguments of one call are swapped, where it has one. */
function withSlip(spans: readonly Span[], seed: number) {
  const calls = spans.filter(({ kind, toolCallId, toolArguments }) => {
    return kind === 'tool' && toolCallId !== '' && IDENTIFIER.test(toolArguments);
  });
  const call = calls[seed % Math.max(1, calls.length)];
  const value = IDENTIFIER.exec(call?.toolArguments ?? '')?.[1];
  const asked = spans.find(
    ({ kind, outputMessages }) => kind === 'llm' && call && outputMessages.includes(call.toolCallId),
  );
  if (!call || !asked || value === undefined) return undefined;
  const slip = value.replace(/(\d)(?!\1)(\d)/, '$2$1');
  if (slip === value || spans.some(({ inputMessages, toolResult }) => (inputMessages + toolResult).includes(slip)))
    return undefined;
  const run = spans.map((span) => {
    if (span === call) return { ...span, toolArguments: span.toolArguments.replace(value, slip) };
    return span === asked ? { ...span, outputMessages: span.outputMessages.replaceAll(value, slip) } : span;
  });
  return { run, at: call.spanId, began: asked.spanId };
}

const IDENTIFIER = /"[^"]*id"\s*:\s*"([^"]*(\d)(?!\2)\d[^"]*)"/;

describeWithSharedData('recorded runs', (dataDir) => {
  const folder = join(dataDir, 'agent-runs');
  const files = readdirSync(folder).filter((file) => file.endsWith('.otlp.jsonl.gz'));
  const runs = files.flatMap((file) => runsOf(gunzipSync(readFileSync(join(folder, file))).toString()));

  test('have at most one finding in a hundred runs', () => {
    const found = runs.flatMap((run) => aboveInfo(standingFindings(detectors(), run)));
    expect(found.length).toBeLessThanOrEqual(runs.length / 100);
  });

  test('with two digits swapped in one argument are found nine times out of ten, at the call and where it began', () => {
    const slips = runs.flatMap((run, i) => withSlip(run, i) ?? []);
    const found = slips.filter(({ run, at, began }) => {
      const findings = standingFindings([ungroundedArgument()] as RunDetector[], run);
      return findings.some((finding) => finding.spanId === at && finding.rootCauseSpanId === began);
    });
    expect(slips.length).toBeGreaterThan(100);
    expect(found.length).toBeGreaterThanOrEqual(0.9 * slips.length);
  });
});

describeWithSharedData('recorded framework scenarios in which nothing is wrong', (dataDir) => {
  const folder = join(dataDir, 'otlp/frameworks');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /(?:normal|conversation|handoff_ok)[^/]*\.jsonl$/.test(file),
  );

  test.each(files)('%s has no finding above info', (file) => {
    for (const run of runsOf(readFileSync(join(folder, file), 'utf8')))
      expect(aboveInfo(standingFindings(detectors(), run)).map(({ summary }) => summary)).toEqual([]);
  });
});

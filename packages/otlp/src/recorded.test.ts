import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithSharedData } from '@spanwise/testkit';
import { expect, it } from 'vitest';
import {
  type AttributeValue,
  decodeTracesJson,
  decodeTracesProtobuf,
  encodeTracesJson,
  encodeTracesProtobuf,
  type OtlpResourceSpans,
  type OtlpSpan,
} from './index.ts';

const lines = (file: string): string[] => readFileSync(file, 'utf8').trim().split('\n');
const spansOf = (resourceSpans: OtlpResourceSpans[]): OtlpSpan[] =>
  resourceSpans.flatMap((each) => each.scopeSpans.flatMap((scope) => scope.spans));
const sorted = (spans: OtlpSpan[]): OtlpSpan[] => spans.sort((a, b) => (a.spanId < b.spanId ? -1 : 1));
const filesUnder = (folder: string, ending: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));

describeWithSharedData("the protocol's own examples", (data) => {
  const example = (name: string): Buffer => readFileSync(join(data, 'otlp/opentelemetry-proto', name));

  it('are the same trace in both encodings', () => {
    const fromJson = decodeTracesJson(example('trace.json'));
    expect(fromJson.spanCount).toBe(1);
    expect(spansOf(fromJson.resourceSpans)[0]).toMatchObject({
      traceId: '5b8efff798038103d269b633813fc60c',
      parentSpanId: 'eee19b7ec3c1b173',
      name: "I'm a server span",
      kind: 2,
      startTime: { micros: 1544712660000000, nanos: 0 },
      attributes: { 'my.span.attr': 'some value' },
    });
    expect(decodeTracesProtobuf(example('trace.pb')).resourceSpans).toEqual(fromJson.resourceSpans);
  });

  it.each(['logs', 'metrics', 'events'])('of %s are refused by name in both encodings', (signal) => {
    const named = signal === 'events' ? /logs/ : new RegExp(signal);
    expect(() => decodeTracesJson(example(`${signal}.json`))).toThrow(named);
    expect(() => decodeTracesProtobuf(example(`${signal}.pb`))).toThrow(named);
  });
});

describeWithSharedData('exports of two real agents', (data) => {
  const folder = join(data, 'otlp/agent-prism');
  it.each(['rag_earnings_agent', 'smol_deep_research_agent'])('%s has the same spans in all three forms', (name) => {
    const asFound = decodeTracesJson(readFileSync(join(folder, 'as-found', `${name}.json`)));
    expect(asFound.rejected.count).toBe(0);
    expect(asFound.spanCount).toBeGreaterThan(0);
    const expected = sorted(spansOf(asFound.resourceSpans));

    const specForm = lines(join(folder, 'spec-form', `${name}.otlp.jsonl`)).flatMap((line) =>
      spansOf(decodeTracesJson(line).resourceSpans),
    );
    expect(sorted(specForm)).toEqual(expected);

    const pb = filesUnder(join(folder, 'pb'), '.pb')
      .filter((file) => file.includes(name))
      .flatMap((file) => spansOf(decodeTracesProtobuf(readFileSync(file)).resourceSpans));
    expect(sorted(pb)).toEqual(expected);
  });
});

describeWithSharedData('spans recorded from agent frameworks', (data) => {
  const folder = join(data, 'otlp/frameworks');
  const values = (spans: OtlpSpan[]): AttributeValue[] => spans.flatMap((span) => Object.values(span.attributes));

  it.each(data === '' ? [] : readdirSync(folder))('%s decode whole and survive both encodings', (framework) => {
    for (const file of filesUnder(join(folder, framework), '.jsonl')) {
      for (const line of lines(file)) {
        const { resourceSpans, spanCount, rejected } = decodeTracesJson(line);
        expect(rejected.count).toBe(0);
        expect(spanCount).toBe(line.split('"spanId":').length - 1 - (line.split('"links":[{').length - 1));
        expect(values(spansOf(resourceSpans)).length).toBeGreaterThan(0);
        expect(decodeTracesProtobuf(encodeTracesProtobuf(resourceSpans)).resourceSpans).toEqual(resourceSpans);
        expect(decodeTracesJson(encodeTracesJson(resourceSpans)).resourceSpans).toEqual(resourceSpans);
      }
    }
  });
});

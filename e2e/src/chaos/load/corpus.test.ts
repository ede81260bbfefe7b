import { decodeTracesProtobuf } from '@spanwise/otlp';
import { decodeBlock } from '@spanwise/schemas';
import { partitionForKey } from '@spanwise/stream';
import { expect, it } from 'vitest';
import { makeCorpus } from './corpus.ts';
import { IdSource, TENANT } from './ids.ts';
import { renewedParcel } from './parcel.ts';

const NOW = Date.UTC(2026, 10, 22);
const corpus = makeCorpus(1, NOW);

it('a block parcel is valid blocks of its partition, with fresh ids and the time it leaves', () => {
  const ids = new IdSource(1);
  for (const template of corpus.block.slice(0, 12)) {
    const parcel = renewedParcel(template, ids, 2, 4);
    const spans = template.slices.flatMap((slice) => decodeBlock('Span', parcel.message(slice, NOW + 5_000)));
    expect(spans).toHaveLength(template.spans);
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set(parcel.traceIds));
    for (const { traceId, receivedTime, links } of spans) {
      expect(partitionForKey(`${TENANT}/${traceId}`, 4)).toBe(2);
      expect(receivedTime).toBe((NOW + 5_000) * 1_000);
      for (const { traceId: old } of template.runs) expect(links).not.toContain(old);
    }
    for (const [index, run] of template.runs.entries()) {
      const sent = spans.filter(({ traceId }) => traceId === parcel.traceIds[index]);
      expect(sent.map(({ spanId }) => spanId)).toEqual(run.spanIds);
    }
    const conversations = new Set(spans.map(({ conversationId }) => conversationId).filter(Boolean));
    for (const old of template.conversationIds) expect(conversations).not.toContain(`conv-${old}`);
    expect(new Set(parcel.sessionIds.filter((id) => !parcel.traceIds.includes(id)))).toEqual(conversations);
  }
});

it('an OTLP parcel is valid requests with fresh ids', () => {
  const ids = new IdSource(1);
  const [template] = corpus.otlp;
  if (!template) throw new Error('no template');
  const parcel = renewedParcel(template, ids, 0, 4);
  const seen = new Set<string>();
  let count = 0;
  for (const slice of template.slices) {
    for (const { scopeSpans } of decodeTracesProtobuf(parcel.message(slice, NOW)).resourceSpans) {
      for (const { spans } of scopeSpans) {
        for (const { traceId } of spans) seen.add(traceId);
        count += spans.length;
      }
    }
  }
  expect(count).toBe(template.spans);
  expect(seen).toEqual(new Set(parcel.traceIds));
});

it('many findings are known in advance, and of many kinds', () => {
  const findings = [...corpus.block, ...corpus.otlp].flatMap(({ runs }) => runs.flatMap((run) => run.findings ?? []));
  expect(findings.length).toBeGreaterThan(100);
  expect(new Set(findings.map(({ pattern }) => pattern)).size).toBeGreaterThanOrEqual(8);
});

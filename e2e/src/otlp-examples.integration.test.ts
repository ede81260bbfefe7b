/** The protocol's own examples, and exports of real agents in the dialects they were found in. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithSharedData } from '@spanwise/testkit';
import { describe, expect, it } from 'vitest';
import { acknowledgedSpans, eventually, pipeline, rows, service } from './system.ts';

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';
const typeOf = (file: string) => (file.endsWith('.pb') ? PROTOBUF : JSON_TYPE);

async function post(body: Uint8Array, contentType: string) {
  const response = await fetch(`${pipeline().ingestUrl}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: Buffer.from(body),
  });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: Buffer.from(await response.arrayBuffer()),
  };
}

/** A payload with another trace id of the same length, in whatever of OTLP's encodings the id stands there. */
function underTraceId(payload: Uint8Array, from: string, to: string): Uint8Array {
  const [fromBytes, toBytes] = [Buffer.from(from, 'hex'), Buffer.from(to, 'hex')];
  // latin1 maps every byte to one character and back
  const text = Buffer.from(payload)
    .toString('latin1')
    .replaceAll(from, to)
    .replaceAll(from.toUpperCase(), to)
    .replaceAll(fromBytes.toString('base64'), toBytes.toString('base64'))
    .replaceAll(fromBytes.toString('latin1'), () => toBytes.toString('latin1'));
  return Buffer.from(text, 'latin1');
}

/** What is stored of a trace once all is there, without its id, which some span attributes hold too, and its time of arrival. */
async function storedTrace(traceId: string, spanCount: number): Promise<object[]> {
  const query = 'SELECT * FROM spans WHERE trace_id = {traceId:String} ORDER BY start_time, span_id';
  const isWhole = (found: readonly { revision: number }[]) => found.length === spanCount;
  const found = await eventually(() => rows<{ revision: number }>(query, { traceId }), isWhole);
  return JSON.parse(JSON.stringify(found.map((row) => ({ ...row, received_time: '' }))).replaceAll(traceId, ''));
}

describeWithSharedData("OpenTelemetry's own examples", (data) => {
  const folder = join(data, 'otlp/opentelemetry-proto');
  const example = '5b8efff798038103d269b633813fc60c';

  it.each(['trace.json', 'trace.pb'])('%s arrives', async (file) => {
    const traceId = randomBytes(16).toString('hex');
    const answer = await post(underTraceId(readFileSync(join(folder, file)), example, traceId), typeOf(file));
    expect(answer).toMatchObject({ status: 200, type: typeOf(file) });
    const [span, ...others] = await storedTrace(traceId, 1);
    expect(others).toEqual([]);
    expect(span).toMatchObject({
      span_id: 'eee19b7ec3c1b174',
      parent_span_id: 'eee19b7ec3c1b173',
      name: "I'm a server span",
      otel_kind: 'server',
      kind: 'step',
      start_time: '2018-12-13 14:51:00.000000',
      duration_ms: 1_000,
      service: 'my.service',
      scope_name: 'my.library',
      scope_version: '1.0.0',
    });
    expect(JSON.parse((span as { attributes: string }).attributes)).toMatchObject({ 'my.span.attr': 'some value' });
  });

  const strangers = ['logs', 'metrics', 'events'].flatMap((signal) => [`${signal}.json`, `${signal}.pb`]);
  it.each(strangers)('%s is refused with google.rpc.Status, and nothing of it is taken in', async (file) => {
    const before = await acknowledgedSpans();
    const { status, type, body } = await post(readFileSync(join(folder, file)), typeOf(file));
    const signal = file.startsWith('metrics') ? 'metrics' : 'logs';
    expect({ status, type }).toEqual({ status: 400, type: typeOf(file) });
    expect(body.toString()).toContain(signal);
    // INVALID_ARGUMENT, in JSON or as the varint of field 1
    if (type === JSON_TYPE) expect(JSON.parse(body.toString())).toMatchObject({ code: 3 });
    else expect([...body.subarray(0, 2)]).toEqual([8, 3]);
    expect(await acknowledgedSpans()).toEqual(before);
    expect((await fetch(service('ingest').metricsUrl.replace('/metrics', '/readyz'))).status).toBe(200);
  });
});

describeWithSharedData('exports of real agents', (data) => {
  const root = join(data, 'otlp/agent-prism');
  const payloads = (folder: string, name: string) =>
    readdirSync(join(root, folder))
      .filter((file) => file.startsWith(name))
      .sort()
      .map((file) => join(root, folder, file));
  /** The three forms of an export, each as the requests it takes. */
  const forms: Record<string, (name: string) => Uint8Array[]> = {
    // one array of requests, base64 ids, names of enums
    'as found': (name) => payloads('as-found', name).map((file) => readFileSync(file)),
    'as specified': (name) =>
      payloads('spec-form', name)
        .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
        .filter(Boolean)
        .map((line) => Buffer.from(line)),
    protobuf: (name) => payloads('pb', name).map((file) => readFileSync(file)),
  };

  describe.each([
    { name: 'rag_earnings_agent', trace: 'b47d761fe79be88aee41342cdd527268', spans: 18 },
    { name: 'smol_deep_research_agent', trace: 'ba8ab01bf086833c989ce2a7a29eee31', spans: 8 },
  ])('$name', ({ name, trace, spans }) => {
    it('is stored alike in every form', async () => {
      const stored = await Promise.all(
        Object.entries(forms).map(async ([form, requestsOf]) => {
          const traceId = randomBytes(16).toString('hex');
          for (const request of requestsOf(name)) {
            const contentType = form === 'protobuf' ? PROTOBUF : JSON_TYPE;
            expect((await post(underTraceId(request, trace, traceId), contentType)).status).toBe(200);
          }
          await eventually(
            () => rows('SELECT 1 FROM runs WHERE trace_id = {traceId:String}', { traceId }),
            (runs) => runs.length > 0,
          );
          return await storedTrace(traceId, spans);
        }),
      );
      const [found, specified, protobuf] = stored;
      expect(specified).toHaveLength(spans);
      expect(found).toEqual(specified);
      expect(protobuf).toEqual(specified);
    });
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { decodeTracesProtobuf, encodeTracesJson, encodeTracesProtobuf, type OtlpResourceSpans } from '@spanwise/otlp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RecordedProblem, type RecordedRequest, readOtlpFile } from './otlp-file.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spanwise-otlp-file-'));
});

afterEach(() => rmSync(dir, { recursive: true }));

async function read(content: string | Uint8Array): Promise<(RecordedRequest | RecordedProblem)[]> {
  const file = join(dir, 'recorded');
  writeFileSync(file, content);
  const parts: (RecordedRequest | RecordedProblem)[] = [];
  for await (const part of readOtlpFile(file)) parts.push(part);
  return parts;
}

const trace = (digit: string) => digit.repeat(32);

function request(traceId: string, spanIds: string[], name = 'step'): OtlpResourceSpans[] {
  const time = { micros: 1_700_000_000_000_000, nanos: 0 };
  const spans = spanIds.map((spanId) => ({
    traceId,
    spanId: spanId.padStart(16, '0'),
    parentSpanId: '',
    traceState: '',
    flags: 0,
    name,
    kind: 1,
    startTime: time,
    endTime: time,
    attributes: {},
    events: [],
    links: [],
    status: { code: 0, message: '' },
    droppedCount: 0,
  }));
  return [
    {
      resource: { attributes: {}, droppedAttributesCount: 0 },
      scopeSpans: [{ scope: { name: '', version: '', attributes: {} }, spans }],
    },
  ];
}

const json = (...args: Parameters<typeof request>) => Buffer.from(encodeTracesJson(request(...args))).toString();
const ids = (parts: (RecordedRequest | RecordedProblem)[]) =>
  parts.map((part) => ('spans' in part ? part.spans.map(({ spanId }) => Number(spanId)) : part.problem));

test('each line of JSON lines is a request, sent as it was recorded', async () => {
  const lines = [json(trace('a'), ['1', '2']), json(trace('b'), ['3'])];
  const parts = await read(`${lines[0]}\n\n${lines[1]}\r\n`);
  expect(ids(parts)).toEqual([[1, 2], [3]]);
  expect(parts.map((part) => 'body' in part && Buffer.from(part.body).toString())).toEqual(lines);
  expect(parts[0]).toMatchObject({ contentType: 'application/json' });
});

test('gzip is told by its content', async () => {
  expect(ids(await read(gzipSync(json(trace('a'), ['7']))))).toEqual([[7]]);
});

test('a line separator inside JSON text does not end a line', async () => {
  const parts = await read(json(trace('a'), ['1'], 'one\u2028two'));
  expect(ids(parts)).toEqual([[1]]);
});

test('a JSON document may span lines', async () => {
  const document = JSON.stringify(JSON.parse(json(trace('a'), ['4'])), undefined, 2);
  expect(ids(await read(`\uFEFF${document}\n`))).toEqual([[4]]);
});

test('a JSON document may be an array of requests', async () => {
  const document = JSON.stringify(
    [JSON.parse(json(trace('a'), ['4'])), JSON.parse(json(trace('b'), ['5']))],
    undefined,
    1,
  );
  expect(ids(await read(document))).toEqual([[4, 5]]);
});

test.each([1, 7, 40])('a protobuf message of %i spans is one request, byte for byte', async (count) => {
  const spanIds = Array.from({ length: count }, (_, index) => String(index + 1));
  // a name of line feeds and braces: what a reader of lines could trip over
  const bytes = encodeTracesProtobuf(request(trace('c'), spanIds, '\n{\n[\r\n \n'));
  const parts = await read(bytes);
  expect(ids(parts)).toEqual([spanIds.map(Number)]);
  expect(parts[0]).toMatchObject({ contentType: 'application/x-protobuf', body: Buffer.from(bytes) });
});

test('protobuf whose length byte looks like an opening brace is protobuf', async () => {
  const bytesOfName = (length: number) => encodeTracesProtobuf(request(trace('c'), ['1'], 'n'.repeat(length)));
  const length = Array.from({ length: 123 }, (_, n) => n).find((n) => bytesOfName(n)[1] === 0x7b);
  expect(length).toBeDefined();
  expect(ids(await read(bytesOfName(length as number)))).toEqual([[1]]);
});

test('a line that is no trace request is reported, and the others are read', async () => {
  const parts = await read(`${json(trace('a'), ['1'])}\n{"resourceLogs":[]}\n{"broken\n${json(trace('a'), ['2'])}\n`);
  expect(ids(parts)).toEqual([
    [1],
    expect.stringMatching(/^line 2: .*logs/),
    expect.stringMatching(/^line 3: no JSON/),
    [2],
  ]);
});

test.each([
  ['nothing', '', 'the file is empty'],
  ['blank lines', '\n \r\n', 'the file is empty'],
  ['half a document', '{"resourceSpans": [', 'the file: no JSON'],
  ['prose', 'Dear Sir or Madam,\nI write to you', 'the file: '],
])('a file of %s is a problem, in words', async (_name, content, problem) => {
  expect(await read(content)).toEqual([{ problem: expect.stringContaining(problem) }]);
});

test('a gzip file that is cut off gives the lines before the cut, and a problem in words', async () => {
  const lines = Array.from({ length: 2_000 }, (_, index) => json(trace('a'), [String(index + 1)], `n${index ** 3}`));
  const packed = gzipSync(lines.join('\n'));
  const parts = await read(packed.subarray(0, packed.length / 2));
  const found = ids(parts);
  expect(found.length).toBeGreaterThan(100);
  expect(found.at(-1)).toMatch(/^the gzip file is damaged or cut off: /);
  expect(found.slice(0, -1)).toEqual(Array.from({ length: found.length - 1 }, (_, index) => [index + 1]));
});

test('a request beyond what an endpoint takes is sent in pieces that hold every span once', async () => {
  const spanIds = Array.from({ length: 300 }, (_, index) => String(index + 1));
  const parts = await read(json(trace('a'), spanIds, 'x'.repeat(60_000)));
  const requests = parts.filter((part) => 'body' in part);
  expect(requests.length).toBeGreaterThan(1);
  for (const part of requests) {
    expect(part.body.length).toBeLessThanOrEqual(8 * 1024 * 1024);
    expect(decodeTracesProtobuf(part.body).spanCount).toBe(part.spans.length);
  }
  expect(ids(parts).flat()).toEqual(spanIds.map(Number));
});

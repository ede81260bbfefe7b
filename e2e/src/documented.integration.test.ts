/** What the documentation tells people to run. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import kafkajs from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { eventually, pipeline, repository, rows } from './system.ts';

const run = promisify(execFile);

async function example(file: string): Promise<string> {
  const path = join(repository, 'docs/examples', file);
  return (await run(process.execPath, [path, pipeline().brokers.join(',')], { timeout: 60_000 })).stdout;
}

const storedSpan = (spanId: string, traceId: string) =>
  eventually(
    () =>
      rows('SELECT * FROM spans WHERE trace_id = {traceId:String} AND span_id = {spanId:String}', { spanId, traceId }),
    (found) => found.length > 0,
  );

it('the request that the README sends by curl is taken, and its span stored', async () => {
  const readme = readFileSync(join(repository, 'README.md'), 'utf8');
  const [, url, type, body] = /curl -i (\S+) -H 'content-type: (\S+)' -d '([^']+)'/.exec(readme) ?? [];
  expect(url).toBe('http://localhost:4318/v1/traces');
  const headers = { 'content-type': type as string };
  const answer = await fetch(`${pipeline().ingestUrl}/v1/traces`, { method: 'POST', headers, body: body as string });
  expect(answer.status).toBe(200);
  const { traceId, spanId } = JSON.parse(body as string).resourceSpans[0].scopeSpans[0].spans[0];
  expect(await storedSpan(spanId, traceId)).toMatchObject([{ kind: 'tool', name: 'execute_tool refund_order' }]);
});

const prefixed = pipeline().topicPrefix !== '';
if (prefixed) console.warn('skipped: the examples name the topics as they are without SPANWISE_TOPIC_PREFIX');

describe.skipIf(prefixed)('docs/examples', () => {
  it('produce-spans.ts puts a span into the pipeline without ingest', async () => {
    const [, spanId, traceId] = /^sent span (\w+) of trace (\w+)$/m.exec(await example('produce-spans.ts')) ?? [];
    const [span] = await storedSpan(spanId as string, traceId as string);
    expect(span).toMatchObject({ kind: 'agent', agent: 'refunds', session_id: 'conv-7' });
  });

  it('read-dead-letters.ts prints what could not be processed', async () => {
    const poison = randomBytes(12);
    const kafka = new kafkajs.Kafka({ brokers: pipeline().brokers, logLevel: kafkajs.logLevel.NOTHING });
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic: 'otlp_spans', messages: [{ value: poison }] });
    await producer.disconnect();
    const value = poison.toString('base64');
    const printed = await eventually(
      async () =>
        (await example('read-dead-letters.ts'))
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
      (letters) => letters.some((letter) => letter.value === value),
    );
    expect(printed).toContainEqual(
      expect.objectContaining({ service: 'ingest', topic: 'otlp_spans', reason: 'undecodable', value }),
    );
  });
});

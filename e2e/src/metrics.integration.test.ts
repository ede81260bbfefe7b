/** What Prometheus is told by every service, after a run whose every number is known. */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import type { ServiceName } from '@spanwise/local';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Family, histogramsOf, readExposition } from './exposition.ts';
import { eventually, metricsOf, pipeline, rows } from './system.ts';

const services: ServiceName[] = ['ingest', 'detect', 'correlate', 'store'];
const agent = `metrics-${randomBytes(4).toString('hex')}`;
const pages = new Map<ServiceName, Map<string, Family>>();

beforeAll(async () => {
  const conversation = randomUUID();
  await send(conversation);
  const sessions = await eventually(
    () => rows('SELECT 1 FROM sessions WHERE final AND session_id = {conversation:String}', { conversation }),
    (found) => found.length > 0,
  );
  expect(sessions).toHaveLength(1);
  for (const service of services) pages.set(service, readExposition(await metricsOf(service)));
});

/** Value of the one sample of a metric that has these labels. */
function told(service: ServiceName, name: string, labels: Record<string, string>, suffix = ''): number | undefined {
  const samples = pages.get(service)?.get(name)?.samples ?? [];
  const found = samples.filter(
    (sample) =>
      sample.name === name + suffix && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  expect(found.length, `${name} ${JSON.stringify(labels)}`).toBeLessThan(2);
  return found[0]?.value;
}

describe.each(services)('%s', (service) => {
  it('counts up to infinity in every histogram, and names metrics as Prometheus asks', () => {
    for (const [name, family] of pages.get(service) ?? []) {
      if (family.type === 'counter') expect(name).toMatch(/_total$/);
      if (family.type !== 'histogram') continue;
      expect(name).toMatch(/_(seconds|bytes|spans|rows|records)$/);
      for (const { buckets, sum, count } of histogramsOf(name, family)) {
        expect(buckets.map(({ le }) => le)).toEqual(buckets.map(({ le }) => le).sort((a, b) => a - b));
        expect(buckets.map((bucket) => bucket.count)).toEqual(
          buckets.map((bucket) => bucket.count).sort((a, b) => a - b),
        );
        expect(buckets.at(-1)).toEqual({ le: Number.POSITIVE_INFINITY, count });
        expect(sum).toBeTypeOf('number');
      }
    }
  });

  const promtool = spawnSync('promtool', ['--version']).status === 0;
  if (!promtool)
    console.warn('skipped: promtool check metrics (promtool is not installed; Debian: apt-get install prometheus)');
  it.skipIf(!promtool)('passes promtool', async () => {
    const page = await metricsOf(service);
    expect(() => execFileSync('promtool', ['check', 'metrics'], { input: page, stdio: 'pipe' })).not.toThrow();
  });

  it('tells about its process', () => {
    expect(told(service, 'process_cpu_seconds_total', {})).toBeGreaterThan(0);
    expect(told(service, 'process_resident_memory_bytes', {})).toBeGreaterThan(1e6);
  });
});

describe('the agents', () => {
  it('have their findings counted by pattern, severity and agent', () => {
    const labels = { pattern: 'masked_tool_error', severity: 'high', agent };
    expect(told('detect', 'spanwise_findings_total', labels)).toBe(1);
  });

  it('have their runs and sessions counted by verdict, agent and release', () => {
    const labels = { verdict: 'suspect', agent, release: '4.2.0' };
    expect(told('detect', 'spanwise_runs_total', labels)).toBe(1);
    expect(told('correlate', 'spanwise_sessions_total', labels)).toBe(1);
  });

  it('have their steps timed, by tool', () => {
    const labels = { kind: 'tool', agent };
    expect(told('detect', 'spanwise_step_duration_seconds', labels, '_count')).toBe(1);
    const family = pages.get('detect')?.get('spanwise_step_duration_seconds');
    const own = family?.samples.filter((sample) => sample.labels.agent === agent && sample.labels.kind === 'tool');
    // After many other tools the budget of labels may be spent.
    for (const sample of own ?? []) expect(['refund_order', 'other']).toContain(sample.labels.tool);
    expect(told('detect', 'spanwise_step_duration_seconds', labels, '_sum')).toBeCloseTo(0.25, 6);
  });

  it('have their tokens and costs summed', () => {
    expect(told('detect', 'spanwise_tokens_total', { direction: 'input', agent })).toBe(120);
    expect(told('detect', 'spanwise_tokens_total', { direction: 'output', agent })).toBe(30);
    expect(told('detect', 'spanwise_cost_usd_total', { agent })).toBeCloseTo(0.25, 9);
  });
});

describe('the pipeline', () => {
  it('counts the spans that come in', () => {
    const labels = { transport: 'http', encoding: 'json', tenant: 'default' };
    expect(told('ingest', 'spanwise_ingest_spans_total', labels)).toBeGreaterThanOrEqual(3);
    expect(told('detect', 'spanwise_detect_spans_total', { kind: 'tool' })).toBeGreaterThanOrEqual(1);
    expect(told('store', 'spanwise_store_rows_total', { table: 'span_rows' })).toBeGreaterThanOrEqual(3);
  });

  it.each<[ServiceName, string, string]>([
    ['ingest', 'spanwise_ingest_request_duration_seconds', 'histogram'],
    ['ingest', 'spanwise_ingest_produce_duration_seconds', 'histogram'],
    ['ingest', 'spanwise_ingest_batch_spans', 'histogram'],
    ['ingest', 'spanwise_ingest_batch_bytes', 'histogram'],
    ['ingest', 'spanwise_ingest_in_flight_bytes', 'gauge'],
    ['ingest', 'spanwise_ingest_dead_letters_total', 'counter'],
    ['detect', 'spanwise_detect_lag_messages', 'gauge'],
    ['detect', 'spanwise_detect_commit_duration_seconds', 'histogram'],
    ['detect', 'spanwise_detect_commit_records', 'histogram'],
    ['detect', 'spanwise_detect_restore_duration_seconds', 'histogram'],
    ['detect', 'spanwise_detect_dead_letters_total', 'counter'],
    ['correlate', 'spanwise_correlate_lag_messages', 'gauge'],
    ['correlate', 'spanwise_correlate_commit_duration_seconds', 'histogram'],
    ['correlate', 'spanwise_correlate_commit_records', 'histogram'],
    ['correlate', 'spanwise_correlate_restore_duration_seconds', 'histogram'],
    ['correlate', 'spanwise_correlate_dead_letters_total', 'counter'],
    ['store', 'spanwise_store_lag_messages', 'gauge'],
    ['store', 'spanwise_store_insert_duration_seconds', 'histogram'],
    ['store', 'spanwise_store_batch_rows', 'histogram'],
    ['store', 'spanwise_store_batch_bytes', 'histogram'],
    ['store', 'spanwise_store_dead_letters_total', 'counter'],
  ])('%s has %s, a %s', (service, name, type) => {
    const family = pages.get(service)?.get(name);
    expect(family?.type).toBe(type);
    // A counter with labels that never counted has no sample; everything else was used by the run.
    if (type === 'histogram') expect(histogramsOf(name, family as Family).some(({ count }) => count !== 0)).toBe(true);
    if (type === 'gauge') expect(family?.samples).not.toEqual([]);
  });

  it('has caught up with everything', () => {
    for (const [service, name] of [
      ['detect', 'spanwise_detect_lag_messages'],
      ['correlate', 'spanwise_correlate_lag_messages'],
      ['store', 'spanwise_store_lag_messages'],
    ] as const) {
      for (const { value } of pages.get(service)?.get(name)?.samples ?? []) expect(value).toBeLessThan(50);
    }
  });
});

/** A run of one inference and one tool call that fails unseen: a quarter of a second and of a dollar, 150 tokens. */
async function send(conversation: string): Promise<void> {
  const begin = BigInt(Date.now() - 10_000) * 1_000_000n;
  const at = (ms: number) => String(begin + BigInt(ms) * 1_000_000n);
  const traceId = randomBytes(16).toString('hex');
  const root = randomBytes(8).toString('hex');
  const span = (name: string, from: number, to: number, parentSpanId: string, attributes: Record<string, unknown>) => ({
    traceId,
    spanId: parentSpanId === '' ? root : randomBytes(8).toString('hex'),
    parentSpanId,
    name,
    kind: 1,
    startTimeUnixNano: at(from),
    endTimeUnixNano: at(to),
    attributes: Object.entries({ 'gen_ai.agent.name': agent, ...attributes }).map(([key, value]) => ({
      key,
      value:
        typeof value === 'string'
          ? { stringValue: value }
          : Number.isInteger(value)
            ? { intValue: String(value) }
            : { doubleValue: value },
    })),
  });
  const spans = [
    span('execute_tool refund_order', 0, 250, root, {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'refund_order',
      'gen_ai.tool.call.arguments': '{"order_id":"A-1"}',
      'gen_ai.tool.call.result': '{"success":false,"error":"card expired"}',
    }),
    span('chat gpt-6', 250, 800, root, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'gpt-6',
      'gen_ai.usage.input_tokens': 120,
      'gen_ai.usage.output_tokens': 30,
      'gen_ai.usage.cost': 0.25,
      'gen_ai.output.messages': JSON.stringify([
        { role: 'assistant', parts: [{ type: 'text', content: 'Your refund has been issued.' }] },
      ]),
    }),
    span(`invoke_agent ${agent}`, 0, 900, '', {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.conversation.id': conversation,
    }),
  ];
  const resource = { attributes: [{ key: 'service.version', value: { stringValue: '4.2.0' } }] };
  const response = await fetch(`${pipeline().ingestUrl}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }),
  });
  expect(response.status).toBe(200);
}

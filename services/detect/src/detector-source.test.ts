import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TopologyTestDriver } from '@spanwise/stream';
import { trace } from '@spanwise/testkit';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { detectorSource } from './detector-source.ts';
import { DetectMetrics } from './metrics.ts';
import { detectTopology } from './topology.ts';

const lifetimes = {
  reorderDelayMs: 1000,
  runQuietMs: 60_000,
  runAbandonMs: 1_800_000,
  lateGraceMs: 30_000,
  summaryRetentionMs: 900_000,
  maxRuns: 100,
  maxStateBytes: 1024 ** 3,
};
const schema = (field: string) => JSON.stringify({ type: 'object', required: [field] });
const declaring = (field: string) => `toolSchemas: { get_order: ${schema(field)} }`;

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spanwise-detectors-'));
  file = join(dir, 'detectors.yaml');
});
afterEach(() => rmSync(dir, { recursive: true }));

const logger = () => ({ debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() });

it('refuses to start with a file that is none, and names the variable and all that is wrong', () => {
  writeFileSync(file, 'contracts: 1\npatterns: {retry_strom: {}}');
  expect(() => detectorSource(file, new DetectMetrics(new Registry(), 1), logger())).toThrow(
    /SPANWISE_DETECT_SETTINGS_FILE.*contracts: .*retry_strom/s,
  );
});

it('takes a change into open runs from the next commit on, and keeps what it had where the change is wrong', async () => {
  const registry = new Registry();
  const metrics = new DetectMetrics(registry, 10);
  const log = logger();
  writeFileSync(file, declaring('id'));
  using source = detectorSource(file, metrics, log, 20);
  const driver = new TopologyTestDriver(detectTopology(lifetimes, metrics, source.now), { autoCommit: false });
  const findings = () =>
    driver
      .outputs<'Finding'>('findings')
      .flatMap(({ pattern, summary }) => (pattern === 'tool_misrouting' ? summary : []));

  const asked = trace({ agent: 'shop' });
  for (let i = 0; i < 4; i++) asked.llm({ calls: [{ name: 'get_order', arguments: { id: `A-${i}` } }] });
  const [first, second, third, fourth] = asked.end();
  if (!first || !second || !third || !fourth) throw new Error('four inferences were made');

  driver.pipe(first, 0);
  driver.advance(2_000);
  driver.commit();
  expect(findings()).toEqual([]);

  const before = source.now();
  writeFileSync(file, declaring('tenant'));
  await vi.waitFor(() => expect(source.now()).not.toBe(before), 60_000);
  driver.pipe(second, 3_000);
  driver.advance(2_000);
  driver.commit();
  expect(findings()).toEqual([]);
  driver.pipe(third, 6_000);
  driver.advance(2_000);
  driver.commit();
  expect(findings()).toEqual([expect.stringContaining("must have required property 'tenant'")]);

  writeFileSync(file, 'toolSchemas: { get_order: 7 }');
  await vi.waitFor(() => expect(log.error).toHaveBeenCalled(), 60_000);
  driver.pipe(fourth, 9_000);
  driver.advance(2_000);
  driver.commit();
  driver.crashAndRestore();
  expect(findings()).toHaveLength(2);
  expect(await registry.getSingleMetricAsString('spanwise_detect_settings_reads_total')).toMatch(
    /outcome="taken"\} 1\n.*outcome="refused"\} 1/s,
  );
});

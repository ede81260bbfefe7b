import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Finding, Run, Span } from '@spanwise/schemas';
import { TopologyTestDriver } from '@spanwise/stream';
import { hostileRuns, trace } from '@spanwise/testkit';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { DetectMetrics } from './metrics.ts';
import { detectTopology } from './topology.ts';

const MINUTE = 60_000;
/** HUGE_RUN_SPANS=1000000 for the million of docs/guarantees.md; a multiple of 20,000. */
const SPANS = Number(process.env.HUGE_RUN_SPANS ?? 200_000);
const BLOCK = 1_000;
const BLOCKS = SPANS / BLOCK;
const OTHERS = 20;
const BLOCK_MS = 100;

const settings = {
  reorderDelayMs: 1_000,
  runQuietMs: MINUTE,
  runAbandonMs: 30 * MINUTE,
  lateGraceMs: MINUTE / 2,
  summaryRetentionMs: 15 * MINUTE,
  maxRuns: 1_000,
  maxStateBytes: 1024 ** 3,
};

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const huge = hostileRuns['a fifth of the calls fail between inferences'];

const hugeId = huge?.(0).traceId ?? '';

function hugeBlock(block: number): Span[] {
  return Array.from({ length: BLOCK }, (_, i) => huge?.(block * BLOCK + i) as Span);
}

/** Runs of the same partition that are none of the huge one's fault. */
const otherRun = (i: number): Span[] =>
  trace({ seed: `other ${i}`, agent: 'refunds', conversationId: `conversation ${i}` })
    .call('get_order', { order_id: i }, { error: 'HTTP 503' })
    .call('refund_order', { order_id: i }, { result: { success: false, reason: 'not refundable' } })
    .llm({ text: 'Your order has been refunded.' })
    .end();

interface Played {
  findings: Finding[];
  runs: Run[];
  /** Bytes of the huge run's state, and of heap, after a quarter of it, and at its end. */
  state: number[];
  heap: number[];
  forgotten: number;
}

async function play(withHuge: boolean): Promise<Played> {
  const registry = new Registry();
  const driver = new TopologyTestDriver(detectTopology(settings, new DetectMetrics(registry, 10)), {
    autoCommit: false,
  });
  const [state, heap]: [number[], number[]] = [[], []];
  for (let block = 0; block < BLOCKS; block++) {
    if (block % (BLOCKS / OTHERS) === 0) driver.pipe(otherRun(block), block * BLOCK_MS);
    driver.pipe(withHuge ? hugeBlock(block) : [], block * BLOCK_MS);
    if (block % 5 === 4) driver.commit();
    if (block + 1 === BLOCKS / 4 || block + 1 === BLOCKS) {
      const [, slots = {}] = Object.entries(driver.state()).find(([key]) => key.includes(hugeId)) ?? [];
      state.push(JSON.stringify(slots).length);
      heap.push(heapBytes());
    }
  }
  driver.advance(2_000);
  driver.advance(2 * MINUTE);
  driver.advance(31 * MINUTE);
  driver.commit();
  const [forgotten] = (await registry.getSingleMetric('spanwise_detect_forgotten_steps_total')?.get())?.values ?? [];
  return {
    findings: driver.outputs<'Finding'>('findings'),
    runs: driver.outputs<'Run'>('runs'),
    state,
    heap,
    forgotten: forgotten?.value ?? 0,
  };
}

it(
  `a run of ${SPANS.toLocaleString('en')} spans is judged in bounded memory, says what was forgotten, and leaves other runs alone`,
  async () => {
    const alone = await play(false);
    const beside = await play(true);

    const [early = 0, late = 0] = beside.state;
    expect(late / early).toBeLessThan(1.2);
    expect(late).toBeLessThan(3 * 1024 * 1024);
    const [before = 0, after = 0] = beside.heap;
    expect(after / before).toBeLessThan(1.5);

    const run = beside.runs.find(({ traceId }) => traceId === hugeId);
    expect(run?.spanCount).toBe(SPANS);
    const { forgotten } = JSON.parse(run?.coverage ?? '{}');
    expect(forgotten).toBe(beside.forgotten);
    expect(forgotten).toBeGreaterThan(SPANS - 2_000);
    const ofHuge = beside.findings.filter(({ traceId }) => traceId === hugeId);
    expect(ofHuge.some(({ evidence }) => evidence.includes('more_findings'))).toBe(true);

    expect(alone.findings.length).toBeGreaterThan(OTHERS);
    expect(beside.findings.filter(({ traceId }) => traceId !== hugeId)).toEqual(alone.findings);
    expect(beside.runs.filter(({ traceId }) => traceId !== hugeId)).toEqual(alone.runs);
  },
  2 * SPANS,
);

import { hostileBlock } from '@spanwise/schemas/hostile-records';
import { TopologyTestDriver } from '@spanwise/stream';
import { trace } from '@spanwise/testkit';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { DetectMetrics } from './metrics.ts';
import { detectTopology } from './topology.ts';

const MINUTE = 60_000;
const settings = {
  reorderDelayMs: 1000,
  runQuietMs: MINUTE,
  runAbandonMs: 2 * MINUTE,
  lateGraceMs: MINUTE / 2,
  summaryRetentionMs: MINUTE,
  maxRuns: 1_000,
  maxStateBytes: 64 * 1024 * 1024,
};

const good = () =>
  trace({ conversationId: 'conv-7', agent: 'refunds' })
    .call('get_order', { order_id: 'A-1' }, { result: { status: 'shipped' } })
    .llm({ text: 'It is on its way.' })
    .end();

it('goes on and judges every other run alike, whatever a client writes into spans', () => {
  const outcomes = { buried: 0, judged: 0 };
  const play = (hostile: readonly Buffer[]) => {
    const driver = new TopologyTestDriver(detectTopology(settings, new DetectMetrics(new Registry(), 10)));
    for (const block of hostile) driver.pipe(block, driver.now + 100);
    driver.pipe(good(), driver.now);
    driver.advance(2 * MINUTE);
    driver.crashAndRestore();
    for (let minute = 0; minute < 5; minute++) driver.advance(MINUTE);
    const runs = driver.outputs<'Run'>('runs');
    for (const { detail, reason } of driver.outputs<'DeadLetter'>('dead-letters')) {
      // refused at the entry, none of it by an accident further on
      if (reason === 'processor_error') expect(detail).toMatch(/must be [≥≤]|characters, at most 256/);
      outcomes.buried++;
    }
    outcomes.judged += runs.length;
    // all is forgotten in the end: nothing is kept of what failed
    expect(Object.keys(driver.state())).toEqual(['normals']);
    expect(driver.timers).toBe(0);
    return runs.filter(({ sessionId }) => sessionId === 'conv-7').map(({ verdict, spanCount }) => [verdict, spanCount]);
  };
  const undisturbed = play([]);
  fc.assert(
    fc.property(fc.array(hostileBlock('Span'), { minLength: 1, maxLength: 8 }), (hostile) => {
      expect(play(hostile)).toEqual(undisturbed);
    }),
    { numRuns: 100 },
  );
  expect(Math.min(outcomes.buried, outcomes.judged), JSON.stringify(outcomes)).toBeGreaterThan(150);
});

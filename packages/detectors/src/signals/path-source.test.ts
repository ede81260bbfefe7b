import type { PathProgress, Span } from '@spanwise/schemas';
import { trace } from '@spanwise/testkit/spans';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunJudge } from '../judge/run-judge.ts';
import { MemorySlots } from '../slots.ts';
import { pathSource } from './path-source.ts';
import type { SignalSource } from './signal-source.ts';

interface Told {
  paths: PathProgress[];
  /** Spans that had come when each was told; -1 at the run's end. */
  after: number[];
}

/** What is told of spans in the order of arrival, the run ending where a number says so many spans have come, and at last. */
function toldOf(spans: readonly Span[], { endsAt = [] as number[], crashes = false } = {}): Told {
  const judge = new RunJudge({ detectors: [], sources: [pathSource as SignalSource] });
  let slots = new MemorySlots();
  const told: Told = { paths: [], after: [] };
  const at = (
    now: number,
    act: (slots: MemorySlots) => { signals: readonly { body: { path?: PathProgress | null } }[] },
  ) => {
    if (crashes) slots = MemorySlots.restore(slots.snapshot());
    for (const { body } of act(slots).signals) {
      if (!body.path) continue;
      told.paths.push(structuredClone(body.path));
      told.after.push(now);
    }
  };
  spans.forEach((span, i) => {
    at(i + 1, (slots) => judge.onSpan(slots, span, i));
    if (endsAt.includes(i + 1)) at(-1, (slots) => judge.onEnd(slots, 'closed', i));
  });
  at(-1, (slots) => judge.onEnd(slots, 'closed', spans.length));
  return told;
}

const pointsOf = (paths: readonly PathProgress[], agent: string): string[] =>
  paths.filter((path) => path.agent === agent).flatMap(({ steps }) => steps.map(({ point }) => point));

const desk = () =>
  trace({ agent: 'desk', conversationId: 'c1' })
    .call('find_order', { id: 1 })
    .agent('refunds', (t) => t.call('check_policy', {}).call('refund', {}, { error: 'declined' }).llm({ text: 'no' }))
    .llm({ text: 'done' });

describe('paths', () => {
  it('are told by invocation: the steps of an agent itself, with the agents that it calls', () => {
    const { paths } = toldOf(desk().end());
    expect(pointsOf(paths, 'desk')).toEqual(['llm', 'tool/find_order', 'agent/refunds', 'llm']);
    expect(pointsOf(paths, 'refunds')).toEqual(['llm', 'tool/check_policy', 'llm', 'tool/refund', 'llm']);
    expect(paths.flatMap(({ steps }) => steps).filter(({ failed }) => failed)).toMatchObject([
      { point: 'tool/refund' },
    ]);
    expect(new Set(paths.map(({ pathId }) => pathId)).size).toBe(2);
    expect(paths.filter(({ endedAs }) => endedAs === 'correct').map(({ agent }) => agent)).toEqual(['refunds', 'desk']);
  });

  it('are told when an agent ends, long before its run does', () => {
    const spans = desk().end();
    const { paths, after } = toldOf(spans);
    const refunds = spans.findIndex(({ agent }) => agent === 'refunds') + 1;
    const at = paths.findIndex(({ agent, isDone }) => agent === 'refunds' && isDone);
    expect(after[at]).toBe(refunds);
  });

  it('of agents that go on are told now and then: not span by span, and not only at the end', () => {
    const builder = trace({ agent: 'poller' });
    for (let i = 0; i < 40; i++) builder.step(`execute_tool t${i}`, { kind: 'tool', tool: `t${i}`, agent: 'poller' });
    const { paths, after } = toldOf(builder.end());
    expect(pointsOf(paths, 'poller')).toHaveLength(40);
    expect(after.slice(0, 3)).toEqual([8, 16, 24]);
    expect(paths.length).toBeLessThan(10);
  });

  it('are not told twice when a late span reopens the run; it is told with the verdict after it', () => {
    const [first, late, ...rest] = desk().end() as [Span, Span, ...Span[]];
    const { paths } = toldOf([first, ...rest, late], { endsAt: [rest.length + 1] });
    const ids = paths.flatMap(({ steps }) => steps.map(({ spanId }) => spanId));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain(late.spanId);
    for (const pathId of new Set(paths.map((path) => path.pathId))) {
      let next = 0;
      for (const path of paths.filter((each) => each.pathId === pathId)) {
        expect(path.firstIndex).toBe(next);
        next += path.steps.length;
      }
    }
  });

  it('say that steps are missing where a parent never came', () => {
    const spans = desk().end();
    const without = spans.filter(({ agent, kind }) => !(agent === 'refunds' && kind === 'agent'));
    expect(toldOf(without).paths.some(({ isWhole, endedAs }) => !isWhole && endedAs !== '')).toBe(true);
  });

  it('are bounded, however long a run goes on', () => {
    const builder = trace({ agent: 'endless' });
    for (let i = 0; i < 1_500; i++) builder.step('x', { kind: 'tool', tool: `t${i % 7}`, agent: 'endless' });
    const { paths } = toldOf(builder.end());
    expect(pointsOf(paths, 'endless')).toHaveLength(256);
    expect(Math.max(...paths.map(({ steps }) => steps.length))).toBeLessThanOrEqual(64);
    expect(paths.at(-1)).toMatchObject({ isWhole: false });
  });

  it('have each step once and in its place, in whatever order spans come and wherever a crash falls', () => {
    const spans = desk().end();
    fc.assert(
      fc.property(fc.shuffledSubarray(spans, { minLength: spans.length }), (arrived) => {
        const { paths } = toldOf(arrived);
        expect(toldOf(arrived, { crashes: true }).paths).toEqual(paths);
        const ids = paths.flatMap(({ steps }) => steps.map(({ spanId }) => spanId));
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids).toHaveLength(spans.length - 1);
      }),
    );
  });
});

import { currentSchema, newRecord } from '@spanwise/schemas';
import { trace } from '@spanwise/testkit/spans';
import { describe, expect, it } from 'vitest';
import { RunJudge } from '../judge/run-judge.ts';
import { runDetectors } from '../run/registry.ts';
import { MemorySlots } from '../slots.ts';
import { signalSources } from './registry.ts';
import { type SignalDraft, signalBody } from './signal-source.ts';

const judge = new RunJudge({ detectors: runDetectors(), sources: signalSources() });

/** What a tenant is told of a run: before its end, and at it. */
function toTenant(spans: ReturnType<ReturnType<typeof trace>['end']>): { live: SignalDraft[]; atEnd: SignalDraft[] } {
  const slots = new MemorySlots();
  const tenants = (signals: readonly SignalDraft[]) => signals.filter(({ keyKind }) => keyKind === 'tenant');
  const live = spans.flatMap((span, i) => tenants(judge.onSpan(slots, span, i).signals));
  return { live, atEnd: tenants(judge.onEnd(slots, 'closed', 9_000).signals) };
}

const failing = () => {
  const run = trace({ agent: 'support', conversationId: 'c-1', release: '1.4.0' });
  for (let i = 0; i < 12; i++) run.call('pay', { order_id: 'A-1' }, { error: 'gateway timeout', errorType: 'timeout' });
  return run.llm({ text: 'Your payment went through.' }).end({ environment: 'production' });
};

describe('what goes wrong in a run', () => {
  it('is told to its tenant where it began, once for each finding unless it is seen otherwise', () => {
    const { live, atEnd } = toTenant(failing());
    const troubles = [...live, ...atEnd].flatMap(({ body }) => body.trouble ?? []);
    const storms = troubles.filter(({ pattern }) => pattern === 'retry_storm');
    expect(storms[0]).toMatchObject({ stands: true, tool: 'pay', agent: expect.any(String) });
    const seen = storms.map(({ findingId, stands, severity, causeSpanId }) =>
      [findingId, stands, severity, causeSpanId].join(),
    );
    expect(seen).toEqual([...new Set(seen)]);
    expect(seen.length).toBeLessThan(6);
    for (const { keyKind, key, body } of [...live, ...atEnd]) {
      const signal = { tenant: 'default', keyKind, key, emittedTime: 1, source: 'detect', body: signalBody(body) };
      expect(currentSchema('Signal').avroType.isValid(newRecord('Signal', signal))).toBe(true);
    }
  });

  it('is followed by its end, once', () => {
    const { atEnd } = toTenant(failing());
    expect(atEnd.filter(({ body }) => body.pulse)).toMatchObject([
      { body: { pulse: { sessionId: 'c-1', agents: ['support'] } } },
    ]);
  });

  it('is nothing where all went well: the tenant is told that it ended', () => {
    const { live, atEnd } = toTenant(trace({ agent: 'support' }).call('pay', {}, { result: 'ok' }).end());
    expect(live).toEqual([]);
    expect(atEnd.map(({ body }) => Object.keys(body))).toEqual([['pulse']]);
  });
});

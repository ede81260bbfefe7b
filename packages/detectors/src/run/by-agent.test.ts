import { trace } from '@spanwise/testkit';
import { describe, expect, it } from 'vitest';
import { RunJudge } from '../judge/run-judge.ts';
import { MemorySlots } from '../slots.ts';
import { runDetectorsByAgent } from './by-agent.ts';

/** Patterns of the findings of a run whose agent sends the same failing call so many times. */
function found(agent: string, times: number, detectors: ReturnType<typeof runDetectorsByAgent>): string[] {
  const made = trace({ agent });
  for (let i = 0; i < times; i++) made.call('get_order', { id: 'A-1' }, { error: 'HTTP 503', span: { agent } });
  const judge = new RunJudge({ detectors });
  const slots = new MemorySlots();
  const patterns = made.end().flatMap((span, i) => judge.onSpan(slots, span, i).findings.map(({ pattern }) => pattern));
  const ended = judge.onEnd(slots, 'closed', 90_000);
  expect(ended.faults).toEqual([]);
  return [...new Set([...patterns, ...ended.findings.map(({ pattern }) => pattern)])];
}

describe('settings of an agent', () => {
  const patient = { failures: 50, pacedFailures: 50, unseenFailures: 50, multipliedAttempts: 50 };
  const detectors = runDetectorsByAgent({}, { 'Patient Agent': { retry_storm: patient } });

  it('hold for it in any spelling of its name, and for no other', () => {
    expect(found('shop', 8, detectors)).toContain('retry_storm');
    expect(found('patient-agent', 8, detectors)).not.toContain('retry_storm');
  });

  it('leave the other patterns as they are', () => {
    expect(found('patient-agent', 8, detectors)).toContain('unresolved_error');
  });

  it('go over the general ones, setting by setting', () => {
    const general = { retry_storm: patient };
    const own = { strict: { retry_storm: { failures: 3, pacedFailures: 3, unseenFailures: 3 } } };
    const both = runDetectorsByAgent(general, own);
    expect(found('shop', 8, both)).not.toContain('retry_storm');
    expect(found('strict', 8, both)).toContain('retry_storm');
  });
});

it('without settings of agents the detectors are the plain ones', () => {
  expect(found('shop', 8, runDetectorsByAgent({}, {}))).toContain('retry_storm');
});

import { expect, test } from 'vitest';
import { junitReport } from './junit.ts';
import type { ReportedSession, ScanReport } from './report.ts';

const finding = {
  pattern: 'retry_storm',
  severity: 'high',
  summary: 'sent <x> & "y"\u0000\ud800',
  traceId: 't',
  spanId: 's',
};

function session(overrides: Partial<ReportedSession>): ReportedSession {
  const base = { sessionId: 'c-1', verdict: 'suspect', failureProbability: 0.5, agent: 'shop', files: ['a.jsonl'] };
  return { ...base, failing: false, findings: [], ...overrides } as unknown as ReportedSession;
}

const xmlOf = (sessions: ReportedSession[], problems: string[] = []): string =>
  junitReport({ sessions, problems, failOn: 'high' } as unknown as ScanReport);

test('what XML cannot hold is escaped or replaced', () => {
  const findings = [finding] as unknown as ReportedSession['findings'];
  const xml = xmlOf([session({ failing: true, findings })]);
  expect(xml).toContain('<failure type="retry_storm" message="sent &lt;x&gt; &amp; &quot;y&quot;\ufffd\ufffd">');
  expect(xml).toContain('<testcase classname="shop" name="c-1" file="a.jsonl">');
});

test('a session that failed without a finding fails by its verdict', () => {
  const xml = xmlOf([session({ verdict: 'failed', failing: true })]);
  expect(xml).toContain('<failure type="verdict" message="failed, probability of failure 0.50">');
});

test('what could not be read is an error of its own', () => {
  const xml = xmlOf([session({})], ['a.json: no JSON']);
  expect(xml).toContain('tests="2" failures="0" errors="1"');
  expect(xml).toContain('<error message="a.json: no JSON"/>');
});

import { table } from '@spanwise/local/command';
import type { ReportedFinding, ReportedSession, ScanReport } from './report.ts';

/** The report for a person at a terminal: sessions with something to read, then the sums. */
export function textReport(report: ScanReport, all: boolean): string {
  const shown = (session: ReportedSession) => session.findings.filter(({ severity }) => all || severity !== 'info');
  const listed = report.sessions.filter((session) => all || shown(session).length > 0 || isBad(session));
  const blocks = listed.map((session) => `${titleOf(session)}\n${shown(session).map(linesOf).join('')}`);
  return [...blocks, summaryOf(report, report.sessions.length - listed.length)].join('\n');
}

/** `suspect, probability of failure 0.56` */
export const verdictOf = (verdict: ReportedSession['verdict'], probability: number | null): string =>
  verdict ? `${verdict}, probability of failure ${(probability ?? 0).toFixed(2)}` : 'not judged';

const isBad = ({ verdict }: ReportedSession): boolean => verdict !== 'correct' && verdict !== null;

function titleOf({ sessionId, verdict, failureProbability, agent, release, traceIds, files }: ReportedSession): string {
  const judged = verdictOf(verdict, failureProbability);
  const who = [agent, release].filter((part) => part !== '').join(' ');
  const of = traceIds.length > 1 ? `${traceIds.length} runs, ` : '';
  return `── ${sessionId} ─ ${judged}${who === '' ? '' : ` ─ ${who}`} ─ ${of}${files.join(', ')}`;
}

function linesOf(finding: ReportedFinding): string {
  const { severity, pattern, summary, step, spanId, traceId, rootCauseSpanId, rootCauseTraceId } = finding;
  const elsewhere = rootCauseTraceId !== '' && rootCauseTraceId !== traceId ? ` of trace ${rootCauseTraceId}` : '';
  const began =
    rootCauseSpanId !== '' && rootCauseSpanId !== spanId ? `, began at span ${rootCauseSpanId}${elsewhere}` : '';
  return `  ${severity.padEnd(8)} ${pattern}: ${summary}\n           ${step}, span ${spanId} of trace ${traceId}${began}\n`;
}

function summaryOf(report: ScanReport, unlisted: number): string {
  const { files, skipped, spans, runs, sessions, verdicts, patterns, problems, failOn, failing } = report;
  const counts = Object.entries(verdicts).map(([verdict, count]) => `${verdict} ${count}`);
  const lines = [
    `${spans} spans in ${files.length} files: ${runs} runs, ${sessions.length} sessions (${counts.join(', ') || 'none'})`,
  ];
  if (unlisted > 0) lines.push(`${unlisted} sessions without anything to tell are not listed (--all)`);
  if (skipped.length > 0) lines.push(`no traces in: ${skipped.join(', ')}`);
  if (Object.keys(patterns).length > 0) lines.push('', table(['pattern', 'findings'], Object.entries(patterns)));
  if (problems.length > 0) lines.push('', 'Not everything could be read:', ...problems.map((each) => `  ${each}`));
  if (failOn) {
    const gate = failing === 0 ? 'passed' : 'FAILED';
    lines.push('', `${gate}: ${failing} sessions that failed or have a finding of severity ${failOn} or graver`);
  }
  return `${lines.join('\n')}\n`;
}

import { isAsGraveAs, type ReportedFinding, type ReportedSession, type ScanReport } from './report.ts';
import { verdictOf } from './text-report.ts';

/**
 * The report as JUnit XML, in the form that CI systems read: one suite; a case for each session, which fails where `--fail-on` names
 * it, with all of its findings as its output; and a case for each problem, in error.
 */
export function junitReport({ sessions, problems, failOn }: ScanReport): string {
  const fails = failOn === null ? () => false : isAsGraveAs(failOn);
  const failed = sessions.filter(({ failing }) => failing).length;
  const counts = `tests="${sessions.length + problems.length}" failures="${failed}" errors="${problems.length}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="spanwise scan" ${counts}>`,
    `  <testsuite name="sessions" ${counts} skipped="0">`,
    ...sessions.map((session) => caseOf(session, fails)),
    ...problems.map(
      (problem) =>
        `    <testcase classname="input" name="${escaped(problem)}"><error message="${escaped(problem)}"/></testcase>`,
    ),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseOf(session: ReportedSession, fails: (finding: ReportedFinding) => boolean): string {
  const { agent, sessionId, files, findings, verdict, failureProbability, failing } = session;
  const file = files[0] === undefined ? '' : ` file="${escaped(files[0])}"`;
  const judged = verdictOf(verdict, failureProbability);
  const failures = findings.filter(fails);
  const type = failures[0]?.pattern ?? 'verdict';
  const message = escaped(failures[0]?.summary ?? judged);
  return [
    `    <testcase classname="${escaped(agent || 'agent')}" name="${escaped(sessionId)}"${file}>`,
    ...(failing
      ? [`      <failure type="${type}" message="${message}">${escaped(failures.map(lineOf).join('\n'))}</failure>`]
      : []),
    `      <system-out>${escaped([judged, ...findings.map(lineOf)].join('\n'))}</system-out>`,
    '    </testcase>',
  ].join('\n');
}

const lineOf = ({ severity, pattern, summary, traceId, spanId }: ReportedFinding): string =>
  `${severity} ${pattern}: ${summary} (span ${spanId} of trace ${traceId})`;

/** Characters that XML 1.0 cannot hold at all, not even escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNLAWFUL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replaceAll(UNLAWFUL, '\ufffd').replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}

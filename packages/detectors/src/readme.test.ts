import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Evidence } from './detector/detector.ts';
import type { DetectorCase } from './run/detector-cases.ts';
import { caseSettings, standingFindings } from './run/judged-cases.ts';
import { runDetectors } from './run/registry.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

interface Row {
  severities: string[];
  evidence: string[];
}

const rows = new Map(
  [...readme.matchAll(/^\| `(\w+)` \| [^|]+ \| ([^|]+) \| ([^|]+) \| [^|]+ \|$/gm)].map(
    ([, pattern = '', severities = '', evidence = '']): [string, Row] => [
      pattern,
      { severities: severities.split(', '), evidence: [...evidence.matchAll(/`(\w+)`/g)].map(([, type = '']) => type) },
    ],
  ),
);

test('the table of patterns lists what is registered', () => {
  expect([...rows.keys()].sort()).toEqual(
    runDetectors(caseSettings)
      .map((detector) => detector.pattern)
      .sort(),
  );
});

describe.each([...rows])('the row of %s', (pattern, row) => {
  test('lists the evidence and allows the severities that its cases find', async () => {
    const { cases } = (await import(`./run/${pattern.replaceAll('_', '-')}.cases.ts`)) as { cases: DetectorCase[] };
    const detectors = runDetectors(caseSettings).filter((detector) => detector.pattern === pattern);
    const found = cases.flatMap(({ run, arrival, end }) => {
      const spans = arrival ? arrival.flatMap((i) => run[i] ?? []) : run;
      return standingFindings(detectors, spans, end);
    });
    const types = new Set(found.map((finding) => (JSON.parse(finding.evidence) as Evidence).type));
    expect([...types].sort()).toEqual([...row.evidence].sort());
    for (const { severity } of found) expect(row.severities).toContain(severity);
  });
});

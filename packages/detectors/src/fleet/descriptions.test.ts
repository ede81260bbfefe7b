import { describe, expect, test } from 'vitest';
import type { Evidence } from '../detector/detector.ts';
import { patternDescriptions } from '../run/registry.ts';
import type { FleetCase } from './fleet-cases.ts';
import { fleetCaseFindings } from './judged-fleet-cases.ts';
import { fleetDetectorOf, fleetPatternDescriptions } from './registry.ts';

test('every pattern has one description, within runs and across them', () => {
  const names = [...patternDescriptions, ...fleetPatternDescriptions].map(({ pattern }) => pattern);
  expect(new Set(names).size).toBe(names.length);
});

/** What is said of a pattern, beside what its cases find. */
for (const { pattern, evidence, severity, settings } of fleetPatternDescriptions) {
  describe(`the description of ${pattern}`, () => {
    const casesOf = async (): Promise<readonly FleetCase[]> =>
      ((await import(`./${pattern.replaceAll('_', '-')}.cases.ts`)) as { cases: FleetCase[] }).cases;
    const findingsIn = (one: FleetCase) =>
      fleetCaseFindings(fleetDetectorOf(pattern), one).filter((finding) => finding.pattern === pattern);

    test('names the evidence and the severities that its cases find', async () => {
      const found = (await casesOf()).flatMap(findingsIn);
      const types = new Set(found.map((finding) => (JSON.parse(finding.evidence) as Evidence).type));
      expect([...types].sort()).toEqual(Object.keys(evidence).sort());
      for (const finding of found) expect(Object.keys(severity)).toContain(finding.severity);
    });

    test('has one case as its example, and that finds something', async () => {
      const examples = (await casesOf()).filter(({ example }) => example);
      expect(examples).toHaveLength(1);
      for (const example of examples) expect(findingsIn(example)).not.toEqual([]);
    });

    test('says of each default why it is what it is', () => {
      for (const { kind, reason } of Object.values(settings)) expect(reason === '').toBe(kind === 'declared');
    });
  });
}

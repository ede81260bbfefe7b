import { describe, expect, test } from 'vitest';
import type { Evidence } from '../detector/detector.ts';
import type { DetectorCase } from './detector-cases.ts';
import { caseFindings, caseSettings } from './judged-cases.ts';
import { patternDescriptions, runDetectors } from './registry.ts';

/** What is said of a pattern, beside what its cases find. */
describe.each(patternDescriptions)('the description of $pattern', ({ pattern, evidence, severity, settings }) => {
  const detector = () => {
    const [found] = runDetectors(caseSettings).filter((one) => one.pattern === pattern);
    if (!found) throw new Error(`no detector is registered for ${pattern}`);
    return found;
  };
  const casesOf = async (): Promise<DetectorCase[]> =>
    ((await import(`./${pattern.replaceAll('_', '-')}.cases.ts`)) as { cases: DetectorCase[] }).cases;

  test('names the evidence and the severities that its cases find', async () => {
    const found = (await casesOf()).flatMap((one) => caseFindings(detector(), one));
    const types = new Set(found.map((finding) => (JSON.parse(finding.evidence) as Evidence).type));
    expect([...types].sort()).toEqual(Object.keys(evidence).sort());
    for (const finding of found) expect(Object.keys(severity)).toContain(finding.severity);
  });

  test('has one case as its example, and that finds something', async () => {
    const examples = (await casesOf()).filter(({ example }) => example);
    expect(examples).toHaveLength(1);
    for (const example of examples) expect(caseFindings(detector(), example)).not.toEqual([]);
  });

  test('says of each default why it is what it is', () => {
    for (const { kind, reason } of Object.values(settings)) expect(reason === '').toBe(kind === 'declared');
  });
});

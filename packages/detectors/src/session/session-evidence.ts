import type { Measure } from '@spanwise/schemas';
import { agentEvidence, BIAS, MAX_EVIDENCE, PRIOR, patternEvidence } from '../judge/learned-verdict.ts';
import type { SessionJudgement } from './session-verdict.ts';

/** Log-odds at which a conversation is as likely to fail as not need no scaling: the scale is learnt around an ordinary chance. */
const ORDINARY = -1;

/**
 * What a verdict rests on, by name, as what is learnt of it weighs it: findings by their pattern, measures of the runs, who led it, and what
 * the documented weights make of all that.
 */
export function evidenceOfSession(
  judgement: Pick<SessionJudgement, 'reasons'>,
  priorLogOdds: number,
  measures: readonly Measure[],
  agent: string,
): Measure[] {
  const evidence: Measure[] = [
    { name: BIAS, value: 1 },
    { name: PRIOR, value: Math.min(4, Math.max(-4, priorLogOdds - ORDINARY)) },
    ...(agent === '' ? [] : [{ name: agentEvidence(agent), value: 1 }]),
    ...patternEvidence(judgement.reasons),
    ...measures,
  ];
  return evidence.slice(0, MAX_EVIDENCE).map(({ name, value }) => ({ name, value: Math.round(value * 1e4) / 1e4 }));
}

/** Measures of several runs as one: the greatest of each. */
export function mergeMeasures(all: Iterable<readonly Measure[]>): Measure[] {
  const merged = new Map<string, number>();
  for (const measures of all) {
    for (const { name, value } of measures) {
      if (merged.size >= MAX_EVIDENCE && !merged.has(name)) continue;
      merged.set(name, Math.max(value, merged.get(name) ?? value));
    }
  }
  return [...merged].map(([name, value]) => ({ name, value }));
}

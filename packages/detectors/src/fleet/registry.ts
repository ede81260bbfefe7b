import type { PatternDescription } from '../detector/pattern.ts';
import { brittleStep } from './brittle-step.ts';
import { chainReliabilityGap } from './chain-reliability-gap.ts';
import { crossSessionDeadlock } from './cross-session-deadlock.ts';
import { entityFactsPatterns } from './entity-facts.ts';
import { failureCondition } from './failure-condition.ts';
import type { FleetDetector } from './fleet-detector.ts';
import type { FleetPattern } from './fleet-pattern.ts';
import { identityDrift } from './identity-drift.ts';
import { incidents } from './incidents.ts';
import { lostUpdate } from './lost-update.ts';
import { pathDeviation } from './path-deviation.ts';
import { productionGap } from './production-gap.ts';
import { reliabilityRegression } from './reliability-regression.ts';
import { verdictLearner } from './verdict-learner.ts';
import { verdictModel } from './verdict-model.ts';

/** Every failure pattern that is detected across runs. */
const fleetPatterns: readonly FleetPattern[] = [
  reliabilityRegression,
  productionGap,
  brittleStep,
  chainReliabilityGap,
  failureCondition,
  entityFactsPatterns,
  identityDrift,
  lostUpdate,
  crossSessionDeadlock,
  pathDeviation,
];

/** What is said of each. */
export const fleetPatternDescriptions: readonly PatternDescription[] = fleetPatterns.flatMap(
  ({ descriptions }) => descriptions,
);

/**
 * Everything that is judged across runs.
 *
 * @param settings by pattern; what is absent has the default of its pattern's description
 */
export const fleetDetectors = (settings: Readonly<Record<string, object | undefined>> = {}): FleetDetector[] => [
  ...fleetPatterns.map((pattern) => pattern(settings)),
  incidents(),
  verdictLearner(),
  verdictModel(),
];

/** The detector that finds a pattern, in its default settings. Throws a RangeError when none is registered for it. */
export function fleetDetectorOf(pattern: string): FleetDetector {
  const found = fleetPatterns.find(({ descriptions }) => descriptions.some((one) => one.pattern === pattern));
  if (!found) throw new RangeError(`no detector is registered for ${pattern}`);
  return found();
}

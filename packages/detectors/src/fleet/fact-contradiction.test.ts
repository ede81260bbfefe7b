import { cases } from './fact-contradiction.cases.ts';
import { describeFleetCases } from './fleet-cases.ts';
import { fleetDetectorOf } from './registry.ts';

describeFleetCases('fact_contradiction', () => fleetDetectorOf('fact_contradiction'), cases);

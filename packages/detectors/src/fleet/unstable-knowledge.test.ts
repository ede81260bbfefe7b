import { describeFleetCases } from './fleet-cases.ts';
import { fleetDetectorOf } from './registry.ts';
import { cases } from './unstable-knowledge.cases.ts';

describeFleetCases('unstable_knowledge', () => fleetDetectorOf('unstable_knowledge'), cases);

import { describeFleetCases } from './fleet-cases.ts';
import { cases } from './hallucinated-fact.cases.ts';
import { fleetDetectorOf } from './registry.ts';

describeFleetCases('hallucinated_fact', () => fleetDetectorOf('hallucinated_fact'), cases);

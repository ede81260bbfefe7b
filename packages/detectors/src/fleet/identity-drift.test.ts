import { describeFleetCases } from './fleet-cases.ts';
import { cases } from './identity-drift.cases.ts';
import { fleetDetectorOf } from './registry.ts';

describeFleetCases('identity_drift', () => fleetDetectorOf('identity_drift'), cases);

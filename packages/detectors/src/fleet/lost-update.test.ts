import { describeFleetCases } from './fleet-cases.ts';
import { cases } from './lost-update.cases.ts';
import { fleetDetectorOf } from './registry.ts';

describeFleetCases('lost_update', () => fleetDetectorOf('lost_update'), cases);

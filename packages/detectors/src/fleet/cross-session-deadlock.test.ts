import { cases } from './cross-session-deadlock.cases.ts';
import { describeFleetCases } from './fleet-cases.ts';
import { fleetDetectorOf } from './registry.ts';

describeFleetCases('cross_session_deadlock', () => fleetDetectorOf('cross_session_deadlock'), cases);

import { describeFleetCases } from './fleet-cases.ts';
import { cases } from './path-deviation.cases.ts';
import { pathDeviation } from './path-deviation.ts';

describeFleetCases('path_deviation', () => pathDeviation(), cases);

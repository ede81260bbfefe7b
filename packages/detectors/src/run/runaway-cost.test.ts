import { describeCases } from './detector-cases.ts';
import { cases } from './runaway-cost.cases.ts';
import { runawayCost } from './runaway-cost.ts';

describeCases('runaway_cost', runawayCost, cases);

import { cases } from './circular-delegation.cases.ts';
import { circularDelegation } from './circular-delegation.ts';
import { describeCases } from './detector-cases.ts';

describeCases('circular_delegation', circularDelegation, cases);

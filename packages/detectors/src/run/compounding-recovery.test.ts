import { cases } from './compounding-recovery.cases.ts';
import { compoundingRecovery } from './compounding-recovery.ts';
import { describeCases } from './detector-cases.ts';

describeCases('compounding_recovery', compoundingRecovery, cases);

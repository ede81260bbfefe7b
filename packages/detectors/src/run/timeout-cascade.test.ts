import { describeCases } from './detector-cases.ts';
import { cases } from './timeout-cascade.cases.ts';
import { timeoutCascade } from './timeout-cascade.ts';

describeCases('timeout_cascade', timeoutCascade, cases);

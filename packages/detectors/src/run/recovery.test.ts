import { describeCases } from './detector-cases.ts';
import { cases } from './recovery.cases.ts';
import { recovery } from './recovery.ts';

describeCases('recovery', recovery, cases);

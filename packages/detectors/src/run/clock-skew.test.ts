import { cases } from './clock-skew.cases.ts';
import { clockSkew } from './clock-skew.ts';
import { describeCases } from './detector-cases.ts';

describeCases('clock_skew', clockSkew, cases);

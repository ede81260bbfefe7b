import { describeCases } from './detector-cases.ts';
import { cases } from './misread-output.cases.ts';
import { misreadOutput } from './misread-output.ts';

describeCases('misread_output', misreadOutput, cases);

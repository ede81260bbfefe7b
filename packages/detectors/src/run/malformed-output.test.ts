import { describeCases } from './detector-cases.ts';
import { cases } from './malformed-output.cases.ts';
import { malformedOutput } from './malformed-output.ts';

describeCases('malformed_output', malformedOutput, cases);

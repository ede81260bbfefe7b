import { cases } from './context-truncation.cases.ts';
import { contextTruncation } from './context-truncation.ts';
import { describeCases } from './detector-cases.ts';

describeCases('context_truncation', contextTruncation, cases);

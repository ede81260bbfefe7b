import { describeCases } from './detector-cases.ts';
import { cases } from './duplicate-work.cases.ts';
import { duplicateWork } from './duplicate-work.ts';

describeCases('duplicate_work', duplicateWork, cases);

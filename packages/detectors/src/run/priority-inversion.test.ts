import { describeCases } from './detector-cases.ts';
import { cases } from './priority-inversion.cases.ts';
import { priorityInversion } from './priority-inversion.ts';

describeCases('priority_inversion', priorityInversion, cases);

import { describeCases } from './detector-cases.ts';
import { cases } from './persona-inconsistency.cases.ts';
import { personaInconsistency } from './persona-inconsistency.ts';

describeCases('persona_inconsistency', personaInconsistency, cases);

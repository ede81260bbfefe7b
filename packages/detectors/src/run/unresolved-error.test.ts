import { describeCases } from './detector-cases.ts';
import { cases } from './unresolved-error.cases.ts';
import { unresolvedError } from './unresolved-error.ts';

describeCases('unresolved_error', unresolvedError, cases);

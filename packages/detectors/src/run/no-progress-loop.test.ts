import { describeCases } from './detector-cases.ts';
import { cases } from './no-progress-loop.cases.ts';
import { noProgressLoop } from './no-progress-loop.ts';

describeCases('no_progress_loop', noProgressLoop, cases);

import { describeCases } from './detector-cases.ts';
import { cases } from './retry-storm.cases.ts';
import { retryStorm } from './retry-storm.ts';

describeCases('retry_storm', retryStorm, cases);

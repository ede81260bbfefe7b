import { describeCases } from './detector-cases.ts';
import { cases } from './reasoning-drift.cases.ts';
import { reasoningDrift } from './reasoning-drift.ts';

describeCases('reasoning_drift', reasoningDrift, cases);
